#!/usr/bin/env python3.12
"""Writes what PyTorch's classes compute, and the hashes that the package `mlregistry` gives them.

    python3.12 -m venv venv
    venv/bin/pip install torch==2.13.0 torchvision==0.28.0 mlregistry==1.2.3 numpy
    venv/bin/python registry-tch/tests/python/make.py [GROUP ...]

Each file under `cases/` is a group: a list `CASES` of what `vectors.py` makes, which becomes
`tests/vectors/GROUP.json`, a case in each line.
"""

import importlib
import json
import sys
from pathlib import Path

import torch

HERE = Path(__file__).parent


def main():
    torch.set_num_threads(1)
    groups = sys.argv[1:] or sorted(path.stem for path in HERE.glob("cases/*.py"))
    for group in groups:
        cases = importlib.import_module(f"cases.{group}").CASES
        lines = ",\n".join(json.dumps(case) for case in cases)
        (HERE.parent / "vectors" / f"{group}.json").write_text(f"[\n{lines}\n]\n")
        print(f"{group}: {len(cases)} cases")


if __name__ == "__main__":
    main()
