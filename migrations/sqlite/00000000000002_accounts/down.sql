DROP INDEX tries_by_owner_start;
DROP TABLE audit;
DROP TABLE quotas;
DROP TABLE api_tokens;
DROP TABLE sessions;
DROP TABLE identities;
ALTER TABLE users DROP COLUMN role;
ALTER TABLE users DROP COLUMN email;
