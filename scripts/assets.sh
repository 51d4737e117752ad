#!/usr/bin/env bash
# Builds TypeScript and CSS into static/dist, where the binary embeds them. Does nothing when
# nothing changed.
set -euo pipefail
cd "$(dirname "$0")/../static"

sources() { find . -path ./node_modules -prune -o -path ./dist -prune -o -type f -print; }
stamp=dist/.built
if [ -e "$stamp" ] && [ -z "$(sources | xargs -r -d '\n' find -newer "$stamp" 2>/dev/null | head -n 1)" ]; then
  exit 0
fi
echo "Building the browser's assets"
if [ ! -e node_modules/.installed ] || [ package-lock.json -nt node_modules/.installed ]; then
  npm ci --no-audit --no-fund --loglevel=error
  touch node_modules/.installed
fi
npm run --silent build
touch "$stamp"
