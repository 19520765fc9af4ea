#!/usr/bin/env python3
"""Writes what the real PyTorch does where `registry-nn`'s vectors do not look.

    python3 -m venv venv
    venv/bin/pip install torch==2.13.0 safetensors numpy
    venv/bin/python engines/tch/tests/python/make.py [GROUP ...]

`types` has, for every layer and every loss, which inputs PyTorch takes, and the type of what it gives;
`values` what activations make of numbers at which something changes, with gradients; `seeds` the weights
that a seed gives. `state` writes files of weights, as `torch.save` and safetensors do.
"""

import json
import sys
import warnings
from pathlib import Path

import safetensors.torch
import torch
from torch import nn

HERE = Path(__file__).parent
VECTORS = HERE.parents[2] / "nn" / "vectors"
sys.path.append(str(VECTORS))
from network import apply, build  # noqa: E402

TYPES = {
    torch.float32: "f", torch.float64: "d", torch.float16: "h", torch.bfloat16: "b",
    torch.int64: "l", torch.uint8: "u", torch.bool: "o",
}
# Beside the shape that a layer has in the vectors of `registry-nn`.
SHAPES = [[], [0], [3], [4, 3], [2, 0], [3, 2, 4], [2, 2, 7], [2, 2, 5, 6], [0, 2, 5, 6], [2, 2, 4, 5, 3]]
MORE = [
    ("Threshold", {"threshold": 0.0, "value": 1e30}), ("Threshold", {"threshold": 1.5, "value": -2.0}),
    ("Threshold", {"threshold": 0.0, "value": float("nan")}), ("Hardtanh", {"min_val": -1e30, "max_val": 1e30}),
    ("Hardtanh", {"min_val": 0.0, "max_val": 6.0}), ("Hardtanh", {"min_val": 0.5, "max_val": 6.5}),
    ("Hardshrink", {"lambd": 1e6}), ("LeakyReLU", {"negative_slope": 1e6}), ("ELU", {"alpha": 1e6}),
    ("Softplus", {"beta": 1e6, "threshold": 1e6}), ("Softshrink", {"lambd": 1e6}),
    ("Hardtanh", {"inplace": True}), ("Dropout", {"inplace": True}), ("Dropout1d", {"inplace": True}),
    ("Embedding", {"num_embeddings": 6, "embedding_dim": 3, "max_norm": 1.0}),
    ("BatchNorm1d", {"num_features": 3, "eps": 0.0}), ("BatchNorm1d", {"num_features": 3, "momentum": None}),
    ("AdaptiveAvgPool2d", {"output_size": [None, 2]}), ("AdaptiveMaxPool2d", {"output_size": [2, None]}),
]


def layers(every=True):
    """Every layer with every list of arguments that the vectors of `registry-nn` have, or with one."""
    cases, shapes = [], {}
    for case in json.loads((VECTORS / "layers.json").read_text()):
        is_new = case["name"] not in shapes
        shapes.setdefault(case["name"], case["input"]["shape"])
        if every or is_new:
            cases.append((case["name"], json.loads(case["arguments"])))
    seen = []
    for name, arguments in cases + MORE:
        if (name, arguments, shapes[name]) not in seen:
            seen.append((name, arguments, shapes[name]))
    return seen


def described(name, arguments):
    return {"name": name, "arguments": json.loads(json.dumps(arguments).replace("NaN", "null"))}


def outcome(function, inputs):
    """A letter for the type of the output: a capital one where it has no gradient to give, `x` where PyTorch refuses."""
    try:
        for each in inputs:
            each.requires_grad_(each.is_floating_point())
        output = function(*[each.clone() if each.is_floating_point() else each for each in inputs])
        letter = TYPES[output.dtype]
    except Exception:
        return "x"
    if output.requires_grad:
        try:
            output.sum().backward()
        except Exception:
            return letter.upper()
    return letter


def types():
    for name, arguments, fitting in layers(every=False):
        letters = []
        for train in [False, True]:
            for dtype in TYPES:
                for shape in [fitting, *SHAPES]:
                    torch.manual_seed(0)
                    layer = build({"name": name, "arguments": arguments}).train(train)
                    letters.append(outcome(lambda xs: apply(layer, xs), [torch.ones(shape, dtype=dtype)]))
        yield described(name, arguments) | {"fitting": fitting, "outcomes": "".join(letters)}


def losses():
    seen = []
    for case in json.loads((VECTORS / "criteria.json").read_text()):
        name, arguments = case["name"], json.loads(case["arguments"])
        shapes = [value["shape"] for value in case["inputs"].values()]
        if (name, arguments, shapes) in seen:
            continue
        seen.append((name, arguments, shapes))
        given = {key: torch.tensor(value) if isinstance(value, list) else value for key, value in arguments.items()}
        loss = getattr(nn, name)(**given)
        letters = []
        for one in TYPES:
            for other in TYPES:
                inputs = [torch.ones(shape, dtype=one if at == 0 else other) for at, shape in enumerate(shapes)]
                letters.append(outcome(loss, inputs))
        yield {"name": name, "arguments": arguments, "shapes": shapes, "outcomes": "".join(letters)}


# What is no number stands last: of some activations its gradient is another where several are computed at once.
SPECIAL = [float("inf"), float("-inf"), 0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 0.25, -0.25, 6.0, 3.0, -3.0,
           20.0, 20.5, -20.0, 10.0, 1e-3, -1e-3, 89.0, -89.0, float("nan")]


def values():
    activations = [cls for cls in vars(nn.modules.activation).values() if isinstance(cls, type)]
    for name, arguments, _ in layers():
        cls = getattr(nn, name, None)
        if cls not in activations or name in ["MultiheadAttention", "PReLU", "GLU", "Softmax2d"] or "inplace" in arguments:
            continue
        if any(value != value or abs(value) > 1e5 for value in arguments.values() if isinstance(value, float)):
            continue
        xs = torch.tensor(SPECIAL).reshape(-1, 1).requires_grad_()
        output = cls(**arguments).eval()(xs)
        output.sum().backward()
        texts = [" ".join(f"{number:.7g}" for number in numbers.flatten().tolist()) for numbers in [xs, output, xs.grad]]
        yield {"name": name, "arguments": arguments} | dict(zip(["input", "output", "gradient"], texts))


def seeds():
    for name, arguments in [
        ("Linear", {"in_features": 3, "out_features": 2}), ("Conv2d", {"in_channels": 2, "out_channels": 2, "kernel_size": 2}),
        ("ConvTranspose1d", {"in_channels": 2, "out_channels": 4, "kernel_size": 2, "groups": 2}),
        ("LSTM", {"input_size": 2, "hidden_size": 2, "num_layers": 2, "bidirectional": True, "proj_size": 1}),
        ("GRU", {"input_size": 2, "hidden_size": 2, "bias": False}), ("RNN", {"input_size": 2, "hidden_size": 2}),
        ("Embedding", {"num_embeddings": 4, "embedding_dim": 3, "padding_idx": 1}),
        ("Sequential", {"layers": [{"name": "Linear", "arguments": {"in_features": 2, "out_features": 2}}] * 2}),
    ]:
        torch.manual_seed(0)
        state = build({"name": name, "arguments": arguments}).state_dict()
        weights = {key: [float(f"{number:.6g}") for number in value.flatten().tolist()] for key, value in state.items()}
        yield {"name": name, "arguments": arguments, "weights": weights}


def state():
    """A network of every layer that has weights, side by side, and its weights in files."""
    names, chosen = set(), []
    for name, arguments, _ in layers():
        if name not in names and build({"name": name, "arguments": arguments}).state_dict():
            names.add(name)
            chosen.append({"name": name, "arguments": arguments})
    network = {"name": "Sequential", "arguments": {"layers": chosen}}
    torch.manual_seed(7)
    model = build(network)
    for variable in model.state_dict().values():
        variable.copy_(torch.rand(variable.shape) if variable.is_floating_point() else torch.tensor(5))
    (HERE.parent / "vectors" / "state.json").write_text(json.dumps(network) + "\n")
    torch.save(model.state_dict(), HERE.parent / "vectors" / "state.pt")
    safetensors.torch.save_file(model.state_dict(), HERE.parent / "vectors" / "state.safetensors")
    yield from chosen


def main():
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    groups = {"types": types, "losses": losses, "values": values, "seeds": seeds, "state": state}
    for group in sys.argv[1:] or groups:
        cases = list(groups[group]())
        print(f"{group}: {len(cases)} cases")
        if group != "state":
            lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
            (HERE.parent / "vectors" / f"{group}.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
