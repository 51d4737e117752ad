#!/usr/bin/env bash
# Builds TypeScript and CSS into static/dist, where the binary embeds them. Does nothing when
# nothing changed.
set -euo pipefail
cd "$(dirname "$0")/../static"

stamp=dist/.built
newer() { find . -path ./node_modules -prune -o -path ./dist -prune -o -type f -newer "$stamp" -print -quit; }
if [ -e "$stamp" ] && [ -z "$(newer)" ]; then
  exit 0
fi
echo "Building the browser's assets"
if [ ! -e node_modules/.installed ] || [ package-lock.json -nt node_modules/.installed ]; then
  npm ci --no-audit --no-fund --loglevel=error
  touch node_modules/.installed
fi
npm run --silent build
touch "$stamp"
