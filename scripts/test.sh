#!/usr/bin/env bash
# `make test`: formatting, lints, and every unit, integration and browser test. The last lines
# count the tests. Part of it alone: `make test` runs all; `cargo nextest run -p CRATE` runs one.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\n== %s\n' "$*"; }

if [ "$(id -u)" != 0 ]; then
  echo "make test needs root: it starts real sandboxes" >&2
  exit 1
fi

say "What the tests need"
scripts/deps.sh test
cargo nextest --version >/dev/null 2>&1 || cargo install --locked cargo-nextest

say "Assets"
scripts/assets.sh
(cd static && npm run --silent test)

say "Formatting"
cargo fmt --all --check

say "Lints"
cargo clippy --workspace --all-targets --quiet -- -D warnings

say "The Debian base image that the tests build upon"
cargo build --quiet
target=${CARGO_TARGET_DIR:-target}
base=$(realpath "$target")/test-base
# The user of the server must be able to read what the tests copy from here.
"$target/debug/trythis" image bootstrap debian:12 --data "$base"
export TRYTHIS_TEST_BASE=$base

say "Tests"
cargo nextest run --workspace --no-fail-fast
