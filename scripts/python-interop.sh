#!/usr/bin/env bash
# Opens a file of the Python package mltracker here, and a file written here with the package.
#
#     scripts/python-interop.sh [PYTHON]
#
# Installs the package from PyPI for PYTHON, or else `python3`, under `target/`.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${1:-python3}
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
mkdir -p "${CARGO_TARGET_DIR:-target}"
environment=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)/python-interop/$version

install() {
    "$environment/bin/python" -m pip --disable-pip-version-check --quiet install "$@"
}

# The package imports a decorator of Python 3.12, which does nothing at run time.
patch() {
    local folder
    folder=$("$environment/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    grep -rl --include '*.py' '^from typing import override' "$folder/mltracker" |
        xargs sed -i.orig 's/^from typing import override.*$/override = lambda method: method/'
}

is_old=$("$python" -c 'import sys; print(sys.version_info < (3, 12))')
if ! "$environment/bin/python" -c 'import mltracker' 2>/dev/null; then
    rm -rf "$environment"
    "$python" -m venv "$environment"
    if [ "$is_old" = True ]; then
        install --ignore-requires-python mltracker==0.1.5
        patch
    else
        install mltracker==0.1.5
    fi
fi
if [ "$is_old" = True ]; then
    echo "mltracker asks for Python 3.12; for $version, its imports of \`typing.override\` are patched"
fi
"$environment/bin/python" -c 'import mltracker'

TRACKER_TEST_PYTHON=$environment/bin/python \
    cargo test --locked -p tracker-json --test python -- --ignored
echo "mltracker 0.1.5 on Python $version and the tracker read each other's files"
