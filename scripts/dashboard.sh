#!/usr/bin/env bash
# Checks the dashboard: its types, that the bundle in the tree is that of its sources, and all pages in a
# real browser.
#
#     scripts/dashboard.sh [TEST-FILE...]    # relative to `server/web`
#
# Needs Node and npm, whose packages it fetches, and Chromium, which it installs with apt where it is
# missing. `ENTIA_BIN` names the program; without it, that of the dev profile is built. What the pages
# look like stands in `server/web/tests/screenshots` afterwards.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=()
command -v npm >/dev/null || packages+=(nodejs npm)
[ -n "${CHROMIUM:-}" ] || command -v chromium >/dev/null || packages+=(chromium)
if [ "${#packages[@]}" -gt 0 ]; then
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
    "${as_root[@]}" apt-get update
    "${as_root[@]}" apt-get install --yes --no-install-recommends "${packages[@]}"
fi
if [ -z "${ENTIA_BIN:-}" ]; then
    cargo build --locked -p entia-cli
    ENTIA_BIN=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)/debug/entia
fi
export ENTIA_BIN
export CHROMIUM=${CHROMIUM:-$(command -v chromium)}

cd server/web
npm ci --no-audit --no-fund
npm run check
before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT
cp -R dist "$before"
npm run build
if ! diff --recursive --brief "$before/dist" dist; then
    echo 'error: the bundle is not that of the sources: commit what `npm run build` made' >&2
    exit 1
fi
if [ "$#" -gt 0 ]; then
    exec node --test --test-concurrency=1 "$@"
fi
npm test
