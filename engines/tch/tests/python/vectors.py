"""Makes one case each: a PyTorch class called with arguments, and what came of it.

The arguments stand in the order of the signature and leave the defaults out, as the Rust side writes
them. Floats are written as Python's shortest text of the exact `float32`.
"""

import inspect
import json
import tempfile
from pathlib import Path

import torch
from mlregistry import getarguments, gethash, register
from torch import nn

_registered = set()

# Optimizers are always written with their learning rate.
_ALWAYS = {"lr"}


def uniform(*shape, seed=7, low=-1.0, high=1.0):
    """Numbers between `low` and `high`."""
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(shape, generator=generator) * (high - low) + low


def integers(*shape, high, seed=7):
    """Whole numbers below `high`."""
    return torch.randint(high, shape, generator=torch.Generator().manual_seed(seed))


def module(cls, *args, input, train=False, calls=1, **kwargs):
    """A layer: its initial weights for seed 0, and its output for `input` and seed 1.

    It is called `calls` times, with once the input, then twice, and so on; the last output is kept.
    """
    torch.manual_seed(0)
    layer, case = _call("module", cls, args, kwargs)
    case["train"] = train
    case["weights"] = _tensors(layer.state_dict())
    case["input"], case["calls"] = _tensor(input), calls
    torch.manual_seed(1)
    with torch.no_grad():
        for call in range(calls):
            output = layer.train(train)(input * (call + 1))
    # Recurrent layers give their last state as well.
    case["output"] = _tensor(output[0] if isinstance(output, tuple) else output)
    case["weights_after"] = _tensors(layer.state_dict())
    return case


def criterion(cls, *args, input, target, **kwargs):
    """A loss of `input` and `target`, and its gradient."""
    loss, case = _call("criterion", cls, args, kwargs)
    case["input"], case["target"] = _tensor(input), _tensor(target)
    input = input.clone().requires_grad_()
    output = loss(input, target)
    output.sum().backward()
    case["output"], case["gradient"] = _tensor(output), _tensor(input.grad)
    return case


def optimizer(cls, **kwargs):
    """Six steps down a bowl, with a tenth of the learning rate from the fourth on."""
    # Its last side is so flat that `eps` counts.
    start, target, scale = uniform(4), uniform(4, seed=8), torch.tensor([1.0, 3.0, 10.0, 1e-6])
    variable = start.clone().requires_grad_()
    steps, case = _call("optimizer", cls, ([variable],), kwargs, excluded_args=[0])
    case |= {"start": _tensor(start), "target": _tensor(target), "scale": _tensor(scale), "values": []}
    for step in range(6):
        if step == 3:
            for group in steps.param_groups:
                group["lr"] = kwargs["lr"] / 10
        steps.zero_grad()
        ((variable - target) ** 2 * scale).sum().backward()
        steps.step()
        case["values"].append(_tensor(variable.detach()))
    return case


def dataset(cls, folder, files, *, to_tensor, **kwargs):
    """A dataset of torchvision: its images as `to_tensor` gives them, and their labels.

    `folder` is where the class looks for `files` under its root.
    """
    with tempfile.TemporaryDirectory() as root:
        place = Path(root, folder)
        place.mkdir(parents=True)
        for name, content in files.items():
            (place / name).write_bytes(content)
        made, case = _call("dataset", cls, (root,), kwargs, excluded_args=[0])
    case["files"] = {name: list(content) for name, content in files.items()}
    case["inputs"] = _tensor(torch.stack([to_tensor(image) for image, _ in made]))
    case["targets"] = _tensor(torch.tensor([label for _, label in made]))
    return case


def _call(kind, cls, args, kwargs, excluded_args=None):
    if cls not in _registered:
        _registered.add(cls)
        # Recurrent layers hide theirs.
        constructor = nn.RNNBase if issubclass(cls, nn.RNNBase) else cls
        cls._signature = inspect.signature(constructor)
        # Of `float | Tensor` the package cannot write the name, and the hash does without.
        cls.__init__.__annotations__ = {}
        register(cls, excluded_args=excluded_args)
    parameters = cls._signature.parameters
    for name, value in kwargs.items():
        default = parameters[name].default
        if type(value) is type(default) and value == default and name not in _ALWAYS:
            raise ValueError(f"{cls.__name__}: `{name}` is its default")
    names = list(parameters)
    kwargs = dict(sorted(kwargs.items(), key=lambda item: names.index(item[0])))
    made = cls(*args, **kwargs)
    case = {"kind": kind, "name": cls.__name__}
    arguments = getarguments(made)
    if any(isinstance(value, torch.Tensor) for value in arguments.values()):
        # The package has no hash for it.
        listed = {k: v.tolist() if isinstance(v, torch.Tensor) else v for k, v in arguments.items()}
        return made, case | {"arguments": json.dumps(listed), "hash": None}
    return made, case | {"arguments": json.dumps(arguments), "hash": gethash(made)}


def _tensors(tensors):
    kept = {k: v for k, v in tensors.items() if not k.endswith("num_batches_tracked")}
    return {name: _tensor(value) for name, value in kept.items()}


def _tensor(tensor):
    tensor = tensor.detach()
    kind = {torch.float32: "float", torch.int64: "int64"}[tensor.dtype]
    # JSON has no word for what is no number.
    data = [None if value != value else value for value in tensor.flatten().tolist()]
    return {"kind": kind, "shape": list(tensor.shape), "data": data}
