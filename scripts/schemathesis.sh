#!/bin/sh
# Sends a live server what its description allows, and what it does not: no answer may be a failure
# of the server, or another than the description says. Takes the command `entia` from the first
# argument, else builds it; what follows goes to schemathesis, as `--max-examples 100`.
set -eu

cd "$(dirname "$0")/.."
entia=${1:-}
[ $# -gt 0 ] && shift
if [ -z "$entia" ]; then
    cargo build -p entia-cli
    entia=${CARGO_TARGET_DIR:-target}/debug/entia
fi
case $entia in /*) ;; *) entia=$PWD/$entia ;; esac

venv=${ENTIA_SCHEMATHESIS:-${CARGO_TARGET_DIR:-target}/schemathesis}
if [ ! -x "$venv/bin/schemathesis" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check 'schemathesis>=4,<5'
fi
case $venv in /*) ;; *) venv=$PWD/$venv ;; esac

folder=$(mktemp -d)
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    [ -z "$server" ] || wait "$server" 2>/dev/null || true
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' INT TERM

# One round over a server of its own: its options, and what schemathesis knows beside.
round() {
    "$entia" --store "sqlite:$folder/$1.db" serve --listen 127.0.0.1:0 $2 \
        >"$folder/out" 2>"$folder/log" &
    server=$!
    until grep -q 'http://' "$folder/out"; do
        kill -0 "$server" || { cat "$folder/log" >&2; exit 1; }
        sleep 0.1
    done
    url=$(sed -n 's/.*\(http:\/\/[0-9.:]*\).*/\1/p' "$folder/out" | head -n 1)
    # Something to find.
    run='{"experiment": "digits", "id": "first", "modules": [{"kind": "model", "name": "MLP"}]}'
    curl -sf --json "$run" "$url/api/v1/runs" >/dev/null
    curl -sf --json '{"name": "loss", "value": 0.3}' "$url/api/v1/runs/first/points"
    echo 'epoch 1: loss 0.3' | curl -sf -T - "$url/api/v1/runs/first/artifacts/stdout" >/dev/null
    shift 2
    # `events` does not come to an end, and `import` would open what the examples happen to name.
    "$venv/bin/schemathesis" --config-file "$folder/schemathesis.toml" run "$url/api/v1/openapi.json" \
        --checks "$checks" --exclude-path /api/v1/events --exclude-path /api/v1/import \
        --phases examples,coverage,fuzzing --request-timeout 20 "$@"
    # It has outlived all that.
    curl -sf "$url/health" >/dev/null
    kill "$server"
    wait "$server"
    server=
}

checks=not_a_server_error,status_code_conformance,content_type_conformance
checks=$checks,response_schema_conformance,response_headers_conformance
cd "$folder"
# With ids of all sorts, few of which are there.
: >schemathesis.toml
round any --allow-delete "$@"
# With ids of what is there, which stays.
cat >schemathesis.toml <<'END'
[parameters]
run = "first"
experiment = "digits"
columns = ["id,metric.loss.last", "optimizer.lr"]
END
round known "" "$@"
