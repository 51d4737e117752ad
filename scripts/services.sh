#!/usr/bin/env bash
# The servers that the tests need: PostgreSQL and Redis from the distribution's packages, each in a
# temporary folder, on a free port of 127.0.0.1. They end with whoever asked for them.
#
#   services.sh run COMMAND…   for one command, with TRYTHIS_TEST_POSTGRES and TRYTHIS_TEST_REDIS
#   services.sh nextest        for one run of cargo nextest, which calls this itself
#                              (see .config/nextest.toml)
set -euo pipefail

usage() { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2; }

fail() { printf 'services.sh: %s\n' "$*" >&2; exit 1; }

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# PostgreSQL refuses to run as root.
unprivileged=()
if [ "$(id -u)" = 0 ]; then
  unprivileged=(setpriv --reuid=postgres --regid=postgres --clear-groups)
fi

start_postgres() {
  local programs password port
  programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
  [ -n "$programs" ] || fail "PostgreSQL is missing: run scripts/deps.sh test"
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  mkdir "$folder/postgres"
  printf %s "$password" >"$folder/postgres/password"
  if [ "$(id -u)" = 0 ]; then chown -R postgres:postgres "$folder/postgres"; fi
  "${unprivileged[@]}" "$programs/initdb" --pgdata="$folder/postgres/data" --username=trythis \
    --pwfile="$folder/postgres/password" --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 \
    --no-sync >"$folder/postgres/log" 2>&1 || fail "initdb: $(tail -n 5 "$folder/postgres/log")"
  for _ in 1 2 3 4 5; do
    port=$(free_port)
    setsid "${unprivileged[@]}" "$programs/postgres" -D "$folder/postgres/data" -p "$port" \
      -c listen_addresses=127.0.0.1 -c unix_socket_directories="$folder/postgres" \
      -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 \
      </dev/null >>"$folder/postgres/log" 2>&1 &
    postgres=$!
    while kill -0 "$postgres" 2>/dev/null; do
      if "$programs/pg_isready" --quiet --host=127.0.0.1 --port="$port"; then
        export TRYTHIS_TEST_POSTGRES="postgres://trythis:$password@127.0.0.1:$port/postgres"
        return
      fi
      sleep 0.1
    done
  done
  fail "PostgreSQL does not start: $(tail -n 5 "$folder/postgres/log")"
}

start_redis() {
  local port
  command -v redis-server >/dev/null || fail "Redis is missing: run scripts/deps.sh test"
  mkdir "$folder/redis"
  for _ in 1 2 3 4 5; do
    port=$(free_port)
    setsid redis-server --port "$port" --bind 127.0.0.1 --dir "$folder/redis" --save "" \
      --appendonly no --daemonize no </dev/null >>"$folder/redis/log" 2>&1 &
    redis=$!
    while kill -0 "$redis" 2>/dev/null; do
      if redis-cli -h 127.0.0.1 -p "$port" ping 2>/dev/null | grep -q PONG; then
        export TRYTHIS_TEST_REDIS="redis://127.0.0.1:$port/"
        return
      fi
      sleep 0.1
    done
  done
  fail "Redis does not start: $(tail -n 5 "$folder/redis/log")"
}

# Exactly what was started here, by its id.
stop() {
  [ -z "${redis:-}" ] || kill -TERM "$redis" 2>/dev/null || true
  # SIGINT: PostgreSQL disconnects its clients and ends.
  [ -z "${postgres:-}" ] || kill -INT "$postgres" 2>/dev/null || true
  wait
  rm -rf "$folder"
}

start() {
  folder=$(mktemp -d "${TMPDIR:-/tmp}/trythis-services.XXXXXX")
  chmod 755 "$folder"
  trap stop EXIT
  trap 'exit 130' INT TERM HUP
  start_postgres
  start_redis
}

# Lives in a session apart from the setup script, which nextest waits for: starts the servers, says where they
# are, and ends them when nextest is gone, however that came.
watch() {
  local run=$1 env=$2
  start
  { echo "TRYTHIS_TEST_POSTGRES=$TRYTHIS_TEST_POSTGRES"
    echo "TRYTHIS_TEST_REDIS=$TRYTHIS_TEST_REDIS"; } >"$env.part"
  mv "$env.part" "$env"
  tail --pid="$run" -f /dev/null
}

case "${1:-}" in
  run)
    shift
    [ $# -gt 0 ] || usage
    start
    "$@"
    ;;
  nextest)
    # Those of an outer `services.sh run` do.
    [ -z "${TRYTHIS_TEST_POSTGRES:-}" ] || [ -z "${TRYTHIS_TEST_REDIS:-}" ] || exit 0
    said=$(mktemp -d)
    setsid "$0" watch "$PPID" "$said/env" </dev/null >"$said/log" 2>&1 &
    watcher=$!
    until [ -e "$said/env" ]; do
      kill -0 "$watcher" 2>/dev/null || { cat "$said/log" >&2; rm -rf "$said"; exit 1; }
      sleep 0.1
    done
    cat "$said/env" >>"$NEXTEST_ENV"
    rm -rf "$said"
    ;;
  watch) watch "$2" "$3" ;;
  *) usage ;;
esac
