-- The words by which projects are found. The index holds no text of its own: it is of `projects`,
-- and triggers keep it so. A try changes other columns, and wakes none of them.
CREATE VIRTUAL TABLE project_words USING fts5 (
    name, topics, short_description, description,
    content = 'projects', content_rowid = 'id',
    tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
INSERT INTO project_words (project_words) VALUES ('rebuild');

CREATE TRIGGER project_words_after_insert AFTER INSERT ON projects BEGIN
    INSERT INTO project_words (rowid, name, topics, short_description, description)
        VALUES (new.id, new.name, new.topics, new.short_description, new.description);
END;
CREATE TRIGGER project_words_after_delete AFTER DELETE ON projects BEGIN
    INSERT INTO project_words (project_words, rowid, name, topics, short_description, description)
        VALUES ('delete', old.id, old.name, old.topics, old.short_description, old.description);
END;
CREATE TRIGGER project_words_after_update
AFTER UPDATE OF name, topics, short_description, description ON projects BEGIN
    INSERT INTO project_words (project_words, rowid, name, topics, short_description, description)
        VALUES ('delete', old.id, old.name, old.topics, old.short_description, old.description);
    INSERT INTO project_words (rowid, name, topics, short_description, description)
        VALUES (new.id, new.name, new.topics, new.short_description, new.description);
END;

-- Lists in each of their orders, what is rare among them too.
CREATE INDEX projects_by_all_tries ON projects (tries_count);
CREATE INDEX projects_by_creation ON projects (created_at);
CREATE INDEX projects_by_category_and_trend ON projects (category, trend);
CREATE INDEX projects_by_category_and_creation ON projects (category, created_at);
CREATE INDEX projects_by_licence ON projects (licence, tries_count);
CREATE INDEX projects_by_language_and_tries ON projects (language, tries_count);
DROP INDEX projects_by_language;
-- How much there is of everything, without reading what is said of each.
CREATE INDEX projects_by_facets ON projects (category, licence, language)
    WHERE image_digest IS NOT NULL AND archived_at IS NULL;
