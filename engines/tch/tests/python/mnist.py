#!/usr/bin/env python3.12
"""Writes what torchvision reads from files of MNIST, and the hashes that the package `mlregistry` gives.

    python3.12 -m venv venv
    venv/bin/pip install torchvision==0.28.0 mlregistry==1.2.3
    venv/bin/python engines/tch/tests/python/mnist.py
"""

import json
import struct
import tempfile
from pathlib import Path

import torch
from mlregistry import getarguments, gethash, register
from torchvision.datasets import MNIST
from torchvision.transforms import ToTensor

register(MNIST, excluded_args=[0])


def integers(*shape, high, seed=7):
    return torch.randint(high, shape, generator=torch.Generator().manual_seed(seed))


def idx(tensor):
    header = struct.pack(f">{1 + tensor.dim()}I", 0x0800 + tensor.dim(), *tensor.shape)
    return header + bytes(tensor.flatten().tolist())


FILES = {
    "train-images-idx3-ubyte": idx(integers(3, 4, 2, high=256)),
    "train-labels-idx1-ubyte": idx(integers(3, high=10)),
    "t10k-images-idx3-ubyte": idx(integers(2, 4, 2, high=256, seed=8)),
    "t10k-labels-idx1-ubyte": idx(integers(2, high=10, seed=8)),
}


def numbers(tensor):
    return {"shape": list(tensor.shape), "data": tensor.flatten().tolist()}


def case(**kwargs):
    with tempfile.TemporaryDirectory() as root:
        place = Path(root, "MNIST/raw")
        place.mkdir(parents=True)
        for name, content in FILES.items():
            (place / name).write_bytes(content)
        made = MNIST(root, **kwargs)
    return {
        "name": "MNIST",
        "arguments": json.dumps(getarguments(made)),
        "hash": gethash(made),
        "files": {name: list(content) for name, content in FILES.items()},
        "inputs": numbers(torch.stack([ToTensor()(image) for image, _ in made])),
        "targets": numbers(torch.tensor([label for _, label in made])),
    }


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(it) for it in [case(), case(train=False)])
    Path(__file__).parents[1].joinpath("vectors/mnist.json").write_text(f"[\n{lines}\n]\n")
