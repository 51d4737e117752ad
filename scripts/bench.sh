#!/usr/bin/env bash
# `make bench`: builds the product as it is packaged, then measures it side by side with its peers.
# Figures are worth something on a quiet machine only.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" != 0 ]; then
  echo "make bench needs root: it starts trythis, PostgreSQL and peers, each under its own user" >&2
  exit 1
fi

scripts/deps.sh bench >&2
scripts/assets.sh >&2
target=${CARGO_TARGET_DIR:-target}
echo "Building trythis with all its features, and the benchmarks" >&2
cargo build --release --quiet --package trythis --features full >&2
# Apart from the product, whose dependencies would else be built with the benchmarks' features too.
cargo build --release --quiet --package bench >&2

arguments=(--binary "$target/release/trythis" --peers "$target/bench-peers")
[ -z "${ONLY:-}" ] || arguments+=(--only "$ONLY")
exec "$target/release/bench" "${arguments[@]}" "$@"
