#!/bin/sh
set -eu
export DEBIAN_FRONTEND=noninteractive

apt-get update -q
apt-get install -q -y --no-install-recommends jq
apt-get clean
rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log

# Something to ask questions about.
cat > /root/sample.json <<'JSON'
{
  "programs": [
    { "name": "jq",     "year": 2012, "language": "C",      "tags": ["json", "filter"] },
    { "name": "sqlite", "year": 2000, "language": "C",      "tags": ["sql", "database"] },
    { "name": "htop",   "year": 2004, "language": "C",      "tags": ["processes", "monitor"] },
    { "name": "git",    "year": 2005, "language": "C",      "tags": ["versions"] },
    { "name": "ripgrep","year": 2016, "language": "Rust",   "tags": ["search", "filter"] },
    { "name": "fzf",    "year": 2013, "language": "Go",     "tags": ["search", "filter"] },
    { "name": "ansible","year": 2012, "language": "Python", "tags": ["machines"] }
  ]
}
JSON

cat > /root/.welcome <<'TEXT'
jq reads JSON and answers questions about it. There is a sample.json here; try for example:
  jq '.programs[] | select(.year > 2010) | .name' sample.json

TEXT
# Only the first shell greets, not one that is started from it.
cat >> /root/.bashrc <<'BASH'
[ "${SHLVL:-1}" -gt 1 ] || cat /root/.welcome
BASH

jq --version
