#!/usr/bin/env bash
# Makes a Python environment with schemathesis in it, once, and prints the path of the program.
set -euo pipefail
cd "$(dirname "$0")/.."

version=4.32.5
folder=$(realpath -m "${CARGO_TARGET_DIR:-target}")/schemathesis-$version
program=$folder/bin/schemathesis
# Several tests may ask at once; a folder that was cut short is made again.
mkdir -p "$(dirname "$folder")"
exec 9>"$folder.lock"
flock 9
if ! "$program" --version >/dev/null 2>&1; then
  rm -rf "$folder"
  {
    python3 -m venv "$folder"
    "$folder/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$version"
  } >&2
fi
echo "$program"
