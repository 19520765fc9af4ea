#!/usr/bin/env bash
# Trains the network of `digits.json` here, and builds it in PyTorch from what the store has of it: by the
# class names and arguments alone, with the weights of the run. It has to give the same scores, and the
# Python package `mlregistry` the same hash.
#
#     scripts/bridge.sh [ENGINE...]
#
# ENGINE is `candle`, where none is given, `burn` or `tch`. Takes the PyTorch of `scripts/libtorch.sh`, and
# the packages that it imports from PyPI, under `target/`. `ENTIA` and `DIGITS` name the programs; without
# them, those of the dev profile are built.
set -euo pipefail
cd "$(dirname "$0")/.."

engines=("${@:-candle}")
scripts/libtorch.sh
mkdir -p "${CARGO_TARGET_DIR:-target}"
place=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)/bridge
torch=$(cd target/libtorch/torch && pwd -P)
# Its modules for Python are of one version of Python.
python=$(basename "$(dirname "$(dirname "$torch")")")

# libtorch_python.so asks for CUDA's part of PyTorch, and for libraries of NVIDIA, a few gigabytes which
# `scripts/libtorch.sh` leaves out. Where there is no GPU nothing of it computes; so here are the names
# alone, behind which is nothing.
without_cuda() {
    mkdir -p "$place/lib"
    python3 - "$torch/lib" >"$place/cuda.c" <<'PYTHON'
import pathlib, re, subprocess, sys

libraries = pathlib.Path(sys.argv[1])

def symbols(which, name):
    lines = subprocess.run(["nm", "-D", which, libraries / name], check=True, capture_output=True, text=True)
    return {line.split()[-1].split("@")[0] for line in lines.stdout.splitlines() if " w " not in line}

missing = symbols("--undefined-only", "libtorch_python.so")
for name in ["libtorch_cpu.so", "libc10.so", "libc10_cuda.so", "libshm.so"]:
    missing -= symbols("--defined-only", name)
print("static char nothing[4096];")
print("extern void *_ZTVN10__cxxabiv117__class_type_infoE[];")
# The others are those of the libraries of C and C++, and of Python.
for name in sorted(filter(re.compile("_Z.*(2at|3c10|4c10d|5torch|3sdp)|cudnn|cuFile|nccl").match, missing)):
    if name.startswith("_ZTI"):
        # What a class is called is asked when Python learns of it.
        print(f'void *{name}[] = {{_ZTVN10__cxxabiv117__class_type_infoE + 2, "{name[4:]}"}};')
    elif name.startswith("_ZTV"):
        print(f"void *{name}[64];")
    else:
        print(f"void *{name}(void) {{ return nothing; }}")
PYTHON
    cc -w -shared -fPIC -o "$place/lib/libtorch_cuda.so" "$place/cuda.c" -lstdc++
    for name in libcudnn.so.9 libcufile.so.0 libnccl.so.2; do
        cc -shared -x c /dev/null -Wl,-soname,$name -o "$place/lib/$name"
    done
}

packages=$place/venv/lib/$python/site-packages
if [ ! -e "$packages/torch.pth" ]; then
    rm -rf "$place/venv"
    "$python" -m venv "$place/venv"
    install=("$place/venv/bin/python" -m pip --disable-pip-version-check --quiet install)
    "${install[@]}" filelock fsspec jinja2 networkx numpy safetensors setuptools sympy typing_extensions
    # It asks for Python 3.12 for a type hint, which older ones do without.
    "${install[@]}" --ignore-requires-python mlregistry==1.2.3
    if ! "$place/venv/bin/python" -c 'import mlregistry' 2>/dev/null; then
        sed -i -e '1i from __future__ import annotations' -e 's/^class Registry\[T\]:/class Registry:/' \
            "$packages/mlregistry/registry.py"
    fi
    dirname "$torch" >"$packages/torch.pth"
fi
if [ -e "$torch/lib/libc10_cuda.so" ] && [ ! -e "$torch/lib/libtorch_cuda.so" ]; then
    [ -e "$place/lib/libnccl.so.2" ] || without_cuda
    cp scripts/bridge/sitecustomize.py "$packages"
    export LD_LIBRARY_PATH=$place/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
fi

if [ -z "${ENTIA:-}" ]; then
    cargo build --locked -p entia-cli
    ENTIA=${CARGO_TARGET_DIR:-target}/debug/entia
fi
if [ -z "${DIGITS:-}" ]; then
    cargo build --locked -p digits --features "$(IFS=,; echo "${engines[*]}")"
    DIGITS=${CARGO_TARGET_DIR:-target}/debug/digits
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for engine in "${engines[@]}"; do
    "$DIGITS" --engine "$engine" --epochs 2 --store "sqlite:$folder/digits.db" >"$folder/$engine"
done
"$place/venv/bin/python" examples/digits/tests/bridge.py "$ENTIA" "sqlite:$folder/digits.db" "${#engines[@]}"
