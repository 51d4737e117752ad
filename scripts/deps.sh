#!/usr/bin/env bash
# Installs the system packages that are missing: `deps.sh run|run-postgres|test|bench`.
set -euo pipefail

case "${1:-}" in
  run)  packages=(gcc libc6-dev pkg-config make ca-certificates mmdebstrap nftables passwd) ;;
  run-postgres)
        packages=(gcc libc6-dev pkg-config make ca-certificates mmdebstrap nftables passwd libpq-dev) ;;
  test) packages=(gcc libc6-dev pkg-config make ca-certificates mmdebstrap nftables passwd
                  busybox-static chromium chromium-driver skopeo fonts-dejavu-core fonts-nanum fonts-noto-core sqlite3
                  postgresql libpq-dev redis-server python3-venv openssl) ;;
  bench) packages=(gcc libc6-dev pkg-config make ca-certificates nftables passwd util-linux
                   libpq-dev postgresql python3-venv sqlite3 busybox-static docker.io crun runc iproute2) ;;
  *) echo "usage: deps.sh run|run-postgres|test|bench" >&2; exit 2 ;;
esac

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" != 0 ]; then
    echo "These packages are missing: ${missing[*]}" >&2
    echo "Install them as root: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  echo "Installing ${missing[*]}"
  log=$(mktemp)
  export DEBIAN_FRONTEND=noninteractive
  if ! { apt-get update -q && apt-get install -q -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    echo "The packages could not be installed; the whole log is in $log" >&2
    exit 1
  fi
  rm -f "$log"
fi

for tool in cargo node npm; do
  command -v "$tool" >/dev/null || {
    echo "$tool is missing: install Rust 1.89 or newer and Node.js 20 or newer" >&2
    exit 1
  }
done

# The server gives root up and runs as this user.
user=${TRYTHIS_USER:-trythis}
if ! id -u "$user" >/dev/null 2>&1; then
  echo "Making the system user $user"
  useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$user"
fi
