#!/usr/bin/env bash
# `make screens`: takes the pictures under docs/screens anew, of every page in tests/e2e/pages/list.rs
# in both languages and themes at 1280 and 390 pixels. TRYTHIS_ONLY_PAGE=login takes one page's alone.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" != 0 ]; then
  echo "make screens needs root: one of the pages shows a real sandbox" >&2
  exit 1
fi
scripts/deps.sh test
scripts/assets.sh
screens=$PWD/docs/screens
if [ -z "${TRYTHIS_ONLY_PAGE:-}" ]; then rm -rf "$screens"; fi
TRYTHIS_SCREENS=$screens cargo nextest run --all-features --package trythis --test e2e every_page
du -sh "$screens"
