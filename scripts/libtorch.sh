#!/usr/bin/env bash
# Puts libtorch, which `registry-tch` is built on, where the build finds it: `target/libtorch`.
#
#     scripts/libtorch.sh
#
# It takes the install that LIBTORCH names, or the PyTorch that `python3` imports where
# LIBTORCH_USE_PYTORCH is set, such as one with CUDA. Otherwise it fetches PyTorch from PyPI, for
# which it needs python3 with pip: half a gigabyte to download, and a good one on disk.
set -euo pipefail
cd "$(dirname "$0")/.."

version=2.13.0
place=target/libtorch

fail() {
    printf 'error: %s\nhint: %s\n' "$1" "$2" >&2
    exit 1
}

# The version of the libtorch in a folder; nothing where there is none.
version_in() {
    sed -n 's/^ *"\([0-9][0-9.]*\)".*/\1/p' "$1/include/torch/headeronly/version.h" 2>/dev/null || true
}

# Links to a libtorch, and to the CUDA libraries that PyPI puts next to it: it looks for them there.
link() {
    ln -sfn "$1" "$place/torch"
    rm -f "$place/nvidia"
    if [ -d "$1/../nvidia" ]; then ln -s "$1/../nvidia" "$place/nvidia"; fi
}

# Fetches PyTorch into a virtual environment, whose own pip nothing needs.
fetch() {
    local python=$place/venv/bin/python install=(python3 -m pip)
    install+=(--disable-pip-version-check --python "$python" install --quiet --no-deps)
    local hint="it needs Python 3.10 or newer with pip 22.3 or newer; or set LIBTORCH to an install"
    echo "fetching PyTorch $version from PyPI into $place"
    python3 -m venv --without-pip "$place/venv" && "${install[@]}" "torch==$version" ||
        fail "PyTorch $version could not be fetched" "$hint"
    local site
    site=$(cd "$place" && venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("platlib"))')
    # For Linux there is only a build for CUDA, with gigabytes of libraries. Its part for the CPU
    # needs two small ones of them; `libtorch.so` itself is empty and names both parts.
    if [ -e "$site/torch/lib/libtorch_cuda.so" ]; then
        "${install[@]}" 'nvidia-cuda-runtime==13.0.*' 'nvidia-cuda-cupti==13.0.*' ||
            fail "the libraries that PyTorch $version needs could not be fetched" "$hint"
        ln -sf libtorch_cpu.so "$site/torch/lib/libtorch.so"
        rm "$site"/torch/lib/libtorch_cuda*.so
    fi
    link "$site/torch"
}

mkdir -p "$place"
if [ -n "${LIBTORCH_USE_PYTORCH:-}" ]; then
    LIBTORCH=$(python3 -c 'import os, torch; print(os.path.dirname(torch.__file__))') ||
        fail "LIBTORCH_USE_PYTORCH is set, but python3 cannot import torch" \
            "activate the environment that has PyTorch $version, or unset the variable"
fi
if [ -n "${LIBTORCH:-}" ]; then
    found=$(version_in "$LIBTORCH")
    [ "$found" = "$version" ] ||
        fail "there is ${found:-no libtorch} at \`$LIBTORCH\`, where libtorch $version is needed" \
            "name another install, or unset LIBTORCH and LIBTORCH_USE_PYTORCH to fetch it"
    link "$(cd "$LIBTORCH" && pwd -P)"
    echo "$place leads to libtorch $version at $LIBTORCH"
elif [ "$(version_in "$place/torch")" = "$version" ]; then
    echo "libtorch $version is already at $place"
else
    fetch
    echo "libtorch $version is now at $place"
fi
