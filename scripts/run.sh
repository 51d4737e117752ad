#!/usr/bin/env bash
# `make run`: from a clean clone to a running trythis. The second time it starts at once.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" != 0 ]; then
  echo "make run needs root: it makes sandboxes out of namespaces, and gives root up itself" >&2
  echo "right after the start. Run it as root, for example with sudo -E make run" >&2
  exit 1
fi

# PostgreSQL is built in where it is asked for: it needs the system's libpq.
features=()
case "${DATABASE_URL:-}" in
  postgres://* | postgresql://*) features=(--features postgres) ;;
esac
if [ ${#features[@]} -gt 0 ]; then scripts/deps.sh run-postgres; else scripts/deps.sh run; fi
scripts/assets.sh
echo "Building trythis (the first time takes some minutes)"
cargo build --release --quiet "${features[@]}"
trythis=${CARGO_TARGET_DIR:-target}/release/trythis

"$trythis" image bootstrap debian:12 --if-needed
exec "$trythis" serve --starter-catalogue "$@"
