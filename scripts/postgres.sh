#!/usr/bin/env bash
# Starts a PostgreSQL that is thrown away afterwards, on a Unix socket in a folder of its own, and
# prints its address.
#
#     scripts/postgres.sh start [OPTION...]   # runs until it is stopped
#     scripts/postgres.sh stop ADDRESS        # stops it, and removes its folder
#     scripts/postgres.sh hold [OPTION...]    # as start, and stops when standard input ends
#
# Options are those of the server, as `-c ssl=on`. What it acknowledges survives the end of its
# processes, but not that of the machine: for a server that waits for the disk, `-c fsync=on`.
#
# The user `locked`, where there is one, needs a password. ENTIA_POSTGRES_BIN says where `initdb` and
# `pg_ctl` are; else the newest of the system is taken, or installed with apt.
set -euo pipefail

usage() {
    sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0" >&2
    exit 2
}

fail() {
    printf 'error: %s\n' "$1" >&2
    exit 1
}

# The programs of the newest version.
programs() {
    local found
    found=$(find /usr/lib/postgresql /usr/pgsql-* /opt/homebrew/opt/postgresql* /usr/local/opt/postgresql* \
        -name initdb 2>/dev/null | sort -V | tail -n 1 || true)
    if [ -z "$found" ]; then found=$(command -v initdb || true); fi
    if [ -n "$found" ]; then dirname "$found"; fi
}

# Runs a command as somebody who is not root: the server refuses to be.
unprivileged() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd / && setpriv --reuid=nobody --regid=nogroup --clear-groups env HOME=/nonexistent "$@")
    else
        "$@"
    fi
}

start() {
    local bin=${ENTIA_POSTGRES_BIN:-$(programs)}
    if [ -z "$bin" ]; then
        local as_root=()
        if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
        {
            "${as_root[@]}" apt-get update
            # No cluster of the system's own is started for it.
            "${as_root[@]}" mkdir -p /etc/postgresql-common
            echo 'create_main_cluster = false' | "${as_root[@]}" tee /etc/postgresql-common/createcluster.conf
            "${as_root[@]}" apt-get install --yes --no-install-recommends postgresql
        } >&2
        bin=$(programs)
        [ -n "$bin" ] || fail "PostgreSQL is not there"
    fi
    # The path of a socket may have 100 bytes or so.
    folder=$(mktemp -d "${TMPDIR:-/tmp}/entia-postgres.XXXXXX")
    if [ "$(id -u)" -eq 0 ]; then chown nobody:nogroup "$folder"; fi
    chmod 755 "$folder"
    unprivileged "$bin/initdb" --pgdata "$folder/data" --username postgres --auth trust \
        --encoding UTF8 --locale C --no-sync >"$folder.log" 2>&1 || fail "$(cat "$folder.log")"
    unprivileged tee "$folder/data/pg_hba.conf" >/dev/null <<'RULES'
local all locked scram-sha-256
host  all locked all scram-sha-256
local all all trust
host  all all all trust
RULES
    echo "$bin" | unprivileged tee "$folder/bin" >/dev/null
    local options
    options=$(printf ' %q' -c listen_addresses= -c unix_socket_directories="$folder" -c fsync=off \
        -c max_connections=200 "$@")
    echo "$options" | unprivileged tee "$folder/options" >/dev/null
    # With nothing of this script open: whoever reads its output waits for its end.
    unprivileged "$bin/pg_ctl" --pgdata "$folder/data" --log "$folder/log" --options "$options" \
        --wait start >"$folder.log" 2>&1 </dev/null || fail "$(cat "$folder/log" "$folder.log")"
    rm -f "$folder.log"
    printf 'postgres://postgres@/postgres?host=%s\n' "$folder"
}

stop() {
    local folder=$1
    [ -f "$folder/bin" ] || fail "there is no such server; give the address that \`start\` has printed"
    unprivileged "$(cat "$folder/bin")/pg_ctl" --pgdata "$folder/data" --mode immediate --wait stop \
        >/dev/null 2>&1 || true
    rm -rf "$folder"
}

case ${1:-} in
start)
    shift
    start "$@"
    ;;
stop)
    [ $# -eq 2 ] || usage
    folder=${2##*host=}
    stop "${folder%%&*}"
    ;;
hold)
    shift
    start "$@"
    # Whoever has started this has ended, however that came.
    trap '' INT TERM
    cat >/dev/null
    stop "$folder"
    ;;
*) usage ;;
esac
