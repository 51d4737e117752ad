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
# The OpenID provider that the log-in tests start.
(cd tests/oidc && npm ci --no-audit --no-fund --loglevel=error)

say "Formatting"
cargo fmt --all --check

say "Lints"
cargo clippy --workspace --all-targets --all-features --quiet -- -D warnings

say "The Debian base image that the tests build upon"
cargo build --quiet --features full
target=${CARGO_TARGET_DIR:-target}
base=$(realpath "$target")/test-base
# The user of the server must be able to read what the tests copy from here.
"$target/debug/trythis" image bootstrap debian:12 --data "$base"
export TRYTHIS_TEST_BASE=$base

log=$(mktemp)
summaries=$(mktemp)
trap 'rm -f "$log" "$summaries"' EXIT
failed=0

# Runs tests and keeps the line that counts them.
tests() {
  cargo nextest run --all-features --no-fail-fast "$@" 2>&1 | tee "$log" || failed=1
  grep -E '^ +Summary ' "$log" >>"$summaries" || true
}

# .config/nextest.toml starts PostgreSQL and Redis for each run, by scripts/services.sh.
say "Tests"
tests --workspace

say "The site once more, on PostgreSQL"
TRYTHIS_TEST_DATABASE=postgres tests --package web --test site

say "All tests"
awk -v failed="$failed" '
  function before(word) { return match($0, "[0-9]+ " word) ? substr($0, RSTART, RLENGTH) + 0 : 0 }
  { run += before("tests? run"); passed += before("passed"); wrong += before("(failed|timed out)") }
  { skipped += before("skipped") }
  END { printf "%d tests run: %d passed, %d failed, %d skipped\n", run, passed, wrong, skipped }
' "$summaries"
exit "$failed"
