#!/usr/bin/env python3.12
"""Writes calls, argument texts and hashes as the Python package `mlregistry` makes them.

    python3.12 -m venv venv && venv/bin/pip install mlregistry==1.2.3
    venv/bin/python tests/golden/make.py SEED [COUNT] > vectors.json
    ENTIA_GOLDEN=vectors.json cargo test --test python_parity

Each line is one vector: a registered class was called with `arguments`, the package captured what
`json.dumps` writes as `json`, and `gethash` gave `hash`. `{"$entity": {...}}` stands for another
registered object. The keys of a dict are sorted, because a Rust map has no order of its own.
"""

import json
import random
import struct
import sys
from inspect import Parameter, Signature

from mlregistry import core, getarguments, gethash, register

NAMES = ["MLP", "ReLU", "Adam", "CNN", "Dataset", "модель", "Critério", "層", "a b", 'quo"te', "😀", "\n"]
PARAMETERS = ["input_size", "hidden_size", "dropout", "activation", "lr", "betas", "größe", "π"]
KEYWORDS = ["seed", "weight decay", "", 'na"me', "back\\slash", "tab\t", "𝛼", "arguments", "name", "1"]
TEXTS = [
    "", " ", "mean", 'quote "', "back\\slash", "/", "\x00", "\x1f", "\x7f", "\x80", "\b\f\n\r\t", "é", "ﬀ",
    "\u2028\u2029", "\ufeff", "\uffff", "\ud7ff", "\ue000", "😀", "\U0010ffff", "𝔘𝔫𝔦", "NaN", "null", "$float",
]
BORDERS = [
    0.0, -0.0, 1.0, 0.1, 0.3, 1e-4, 1e-5, 9.999e-5, 0.00012345, 1e15, 1e16, 1e17, 9999999999999998.0,
    1.5e16, 123456789012345678.0, 2.0**53, 2.0**63, 2.0**64, 1e22, 1e23, 5e-324, 2.2250738585072014e-308,
    2.225073858507201e-308, 1.7976931348623157e308, 8.5e-312, 1 / 3, 100.0, 1e100, 1e-100, 4.35, 0.1 + 0.2,
    float("nan"), float("inf"), float("-inf"), 3.4028234663852886e38, 1.401298464324817e-45,
]
INTEGERS = [
    0, 1, -1, 784, 2**31 - 1, -(2**31), 2**32, 2**53 + 1, 2**63 - 1, -(2**63), 2**63, 2**64 - 1, 2**64,
    -(2**63) - 1, 2**127 - 1, -(2**127), 2**127, 2**128 - 1,
]


def a_float(rng):
    """A float of a border, of any bits, of few digits, or one bit beside a border."""
    kind = rng.randrange(4)
    if kind == 0:
        return rng.choice(BORDERS)
    if kind == 1:
        return struct.unpack("<d", rng.randbytes(8))[0]
    if kind == 2:
        return float(f"{rng.randrange(1, 10**6)}e{rng.randrange(-25, 25)}") * rng.choice([1, -1])
    (bits,) = struct.unpack("<q", struct.pack("<d", rng.choice(BORDERS)))
    near = (bits + rng.choice([-1, 1])) & (2**64 - 1)
    return struct.unpack("<d", struct.pack("<Q", near))[0]


def an_integer(rng):
    """An integer of a border, or of any size up to 128 bits."""
    if rng.random() < 0.5:
        return rng.choice(INTEGERS)
    value = rng.getrandbits(rng.randrange(1, 128))
    return rng.choice([value, -value])


def a_text(rng):
    """One of the awkward texts, or any characters that are no surrogates."""
    if rng.random() < 0.6:
        return rng.choice(TEXTS)
    ranges = [(0, 0x80), (0x80, 0xD800), (0xE000, 0x10000), (0x10000, 0x110000)]
    return "".join(chr(rng.randrange(*rng.choice(ranges))) for _ in range(rng.randrange(8)))


def a_value(rng, depth):
    """A value in the terms of a vector."""
    kind = rng.randrange(12 if depth > 0 else 8)
    if kind < 3:
        return a_float(rng)
    if kind < 5:
        return an_integer(rng)
    if kind < 7:
        return a_text(rng)
    if kind == 7:
        return rng.choice([None, True, False])
    if kind == 8:
        return [a_value(rng, depth - 1) for _ in range(rng.randrange(5))]
    if kind == 9:
        keys = sorted({a_text(rng) for _ in range(rng.randrange(4))})
        return {key: a_value(rng, depth - 1) for key in keys}
    return {"$entity": a_call(rng, depth - 1)}


def a_call(rng, depth):
    """A name, and arguments of which the first can be given by position."""
    names = rng.sample(PARAMETERS, rng.randrange(4)) + rng.sample(KEYWORDS, rng.randrange(3))
    return {"name": rng.choice(NAMES), "arguments": [[name, a_value(rng, depth)] for name in names]}


def build(call, rng):
    """Registers a class and calls it, with as many arguments by position as there happen to be."""

    class Component:
        def __init__(self, *args, **kwargs):
            pass

    by_position = [name for name, _ in call["arguments"] if name in PARAMETERS]
    parameters = [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in by_position]
    Component.__signature__ = Signature(parameters)
    Component = register(call["name"])(Component)
    values = [live(value, rng) for _, value in call["arguments"]]
    given = rng.randint(0, len(by_position))
    names = [name for name, _ in call["arguments"]]
    return Component(*values[:given], **dict(zip(names[given:], values[given:])))


def live(value, rng, nested=False):
    """The value that a vector stands for.

    The package looks for registered objects among the arguments themselves only; inside a list or
    a dict its own function is applied to them here.
    """
    if isinstance(value, list):
        return [live(element, rng, True) for element in value]
    if isinstance(value, dict) and "$entity" in value:
        component = build(value["$entity"], rng)
        return core.handle_arg(component) if nested else component
    if isinstance(value, dict):
        return {key: live(element, rng, True) for key, element in value.items()}
    return value


def main():
    rng = random.Random(int(sys.argv[1]))
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    calls = [{"name": "Floats", "arguments": [["values", BORDERS]]}]
    calls.append({"name": "Integers", "arguments": [["values", INTEGERS]]})
    calls.append({"name": "Texts", "arguments": [["values", TEXTS]]})
    calls.extend(a_call(rng, 3) for _ in range(count - len(calls)))
    lines = []
    for call in calls:
        component = build(call, rng)
        made = {"json": json.dumps(getarguments(component)), "hash": gethash(component)}
        lines.append(json.dumps(call | made))
    print("[\n" + ",\n".join(lines) + "\n]")


if __name__ == "__main__":
    main()
