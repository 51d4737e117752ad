-- The address prefix that a try was started from, while it lives: a network has a quota too.
ALTER TABLE tries ADD COLUMN address TEXT NOT NULL DEFAULT '';
