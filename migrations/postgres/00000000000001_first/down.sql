DROP TABLE tries;
DROP TABLE builds;
DROP TABLE projects;
DROP TABLE users;
