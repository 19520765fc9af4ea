#!/usr/bin/env bash
# Runs the client of MLflow against `entia serve`.
#
#     scripts/mlflow.sh [--all] [PYTEST-ARGUMENTS]
#
# Installs the newest `mlflow` that works with `python3`, with what its autologging needs, from PyPI under
# `target/`. With `--all`, it pages over 50,000 runs and sends 500 MB, which takes some minutes more.
# `ENTIA` names the program; without it, that of the dev profile is built.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "${1:-}" = --all ]; then
    export ENTIA_MLFLOW_ALL=1
    shift
fi
target=$(mkdir -p "${CARGO_TARGET_DIR:-target}" && cd "${CARGO_TARGET_DIR:-target}" && pwd)
environment=$target/mlflow/venv
python=$environment/bin/python

if ! "$python" -c 'import mlflow, pytest, sklearn, psutil' 2>/dev/null; then
    rm -rf "$environment"
    python3 -m venv "$environment"
    "$python" -m pip --disable-pip-version-check --quiet install \
        mlflow scikit-learn pandas psutil pytest
fi
if [ -z "${ENTIA:-}" ]; then
    cargo build --locked -p entia-cli
    ENTIA=$target/debug/entia
fi
export ENTIA
# Nothing is told to anybody.
export MLFLOW_DISABLE_TELEMETRY=true DO_NOT_TRACK=true
"$python" -c 'import mlflow, sys; print("mlflow", mlflow.__version__, "on Python", sys.version.split()[0])'
exec "$python" -m pytest -q -p no:cacheprovider tests/mlflow "$@"
