#!/usr/bin/env bash
# Feeds bytes of all kinds to what reads bytes of unknown origin: chunks of points, journals, the text
# of queries, and JSON that components are built from. Ends at the first input that is too much.
#
#     scripts/fuzz.sh [SECONDS]
#
# Takes so many seconds for each, 60 where nothing is said, two at a time, and fetches `cargo fuzz`
# where it is missing. What was found to be interesting stays in `fuzz/corpus`, what failed in
# `fuzz/artifacts`. Stable Rust is enough: memory is not watched, as there is hardly a line of unsafe
# code.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
target=$PWD/target/fuzz

if ! command -v c++ >/dev/null; then
    echo "error: no C++ compiler, which builds libFuzzer" >&2
    echo "hint: install \`g++\` or \`clang\`" >&2
    exit 1
fi
if ! cargo fuzz --version >/dev/null 2>&1; then
    cargo install cargo-fuzz --locked --root "$target/install"
    export PATH=$target/install/bin:$PATH
fi
export CARGO_TARGET_DIR=$target
cargo fuzz build --sanitizer none

cargo fuzz list | xargs --max-procs=2 --replace bash -c '
    log=$1/{}.log
    if ! cargo fuzz run --sanitizer none {} -- -max_total_time="$2" -timeout=20 >"$log" 2>&1; then
        tail --lines=40 "$log" >&2
        exit 255
    fi
    tail --lines=1 "$log" | sed "s/^/{}: /"' - "$target" "$seconds"
