#!/bin/sh
set -eu
export DEBIAN_FRONTEND=noninteractive

apt-get update -q
apt-get install -q -y --no-install-recommends sqlite3
apt-get clean
rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log

# Something to ask questions about: radius in km, distance from the Sun in million km.
sqlite3 /root/sample.db <<'SQL'
CREATE TABLE planets (
  name     TEXT PRIMARY KEY,
  radius   INTEGER NOT NULL,
  distance REAL NOT NULL
);
CREATE TABLE moons (
  name   TEXT PRIMARY KEY,
  planet TEXT NOT NULL REFERENCES planets (name),
  radius INTEGER NOT NULL,
  found  INTEGER
);
INSERT INTO planets VALUES
  ('Mercury', 2440, 57.9), ('Venus', 6052, 108.2), ('Earth', 6371, 149.6),
  ('Mars', 3390, 227.9), ('Jupiter', 69911, 778.5), ('Saturn', 58232, 1432.0),
  ('Uranus', 25362, 2867.0), ('Neptune', 24622, 4515.0);
INSERT INTO moons VALUES
  ('Moon', 'Earth', 1737, NULL), ('Phobos', 'Mars', 11, 1877), ('Deimos', 'Mars', 6, 1877),
  ('Io', 'Jupiter', 1822, 1610), ('Europa', 'Jupiter', 1561, 1610),
  ('Ganymede', 'Jupiter', 2634, 1610), ('Callisto', 'Jupiter', 2410, 1610),
  ('Titan', 'Saturn', 2575, 1655), ('Rhea', 'Saturn', 764, 1672),
  ('Iapetus', 'Saturn', 735, 1671), ('Enceladus', 'Saturn', 252, 1789),
  ('Titania', 'Uranus', 789, 1787), ('Oberon', 'Uranus', 761, 1787),
  ('Miranda', 'Uranus', 236, 1948), ('Triton', 'Neptune', 1353, 1846);
SQL

cat > /root/.sqliterc <<'TEXT'
.headers on
.mode box
.print "This is sample.db, with planets and their moons. Try for example:"
.print "  SELECT * FROM planets ORDER BY radius DESC;"
.print ""
TEXT

sqlite3 --version
