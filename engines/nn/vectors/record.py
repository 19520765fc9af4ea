"""Makes one case each: a PyTorch class called with arguments, and what came of it.

The arguments stand in the order of the signature and leave the defaults out, as the Rust side writes
them. Numbers have six digits, and what goes in has two behind the point.
"""

import inspect
import json
from hashlib import md5

import torch
from mlregistry import getarguments, gethash, register
from torch import nn, optim
from torch.optim import lr_scheduler

from network import OWN, apply

# Optimizers are always written with their learning rate.
_ALWAYS = {"lr"}
_signatures = {}


def signature(cls):
    """The parameters of a class; recurrent layers hide theirs."""
    if not issubclass(cls, nn.RNNBase):
        return inspect.signature(cls)
    parameters = list(inspect.signature(nn.RNNBase).parameters.values())[1:]
    if cls is nn.RNN:
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        parameters.insert(3, inspect.Parameter("nonlinearity", kind, default="tanh"))
    return inspect.Signature(parameters)


def prepare(classes, **excluded):
    """Has the package keep what the classes are called with, those inside others too."""
    for cls in classes:
        cls._signature = _signatures[cls] = signature(cls)
        # Of `float | Tensor` the package cannot write the name, and the hash does without.
        cls.__init__.__annotations__ = {}
        register(cls, **excluded)


def uniform(*shape, seed=7, low=-1.0, high=1.0):
    """Numbers between `low` and `high`."""
    generator = torch.Generator().manual_seed(seed)
    return _short(torch.rand(shape, generator=generator) * (high - low) + low)


def integers(*shape, high, seed=7, low=0):
    """Whole numbers below `high`."""
    return torch.randint(low, high, shape, generator=torch.Generator().manual_seed(seed))


def probe(output):
    """What gradients are taken of: the sum of the output, its elements times the cosines of 0, 1, 2..."""
    weights = torch.arange(output.numel(), dtype=torch.float64).cos().to(output.dtype)
    return (output * weights.reshape(output.shape)).sum()


def layer(made, *, input, train=False):
    """A layer: its state, and the output for `input` with the gradients of the probe."""
    case = _identity(made)
    case["train"] = train
    initial = made.state_dict()
    case["initial"] = {k: [_digits(v.min()), _digits(v.max())] for k, v in initial.items() if v.numel()}
    _stir(made)
    case["state"] = _tensors(made.state_dict())
    case["input"] = tensor(input)
    is_real = input.is_floating_point()
    # A layer may write into its input.
    leaf = input.clone().requires_grad_(is_real)
    made.train(train)
    before = {name: value.clone() for name, value in made.state_dict().items()}
    output = apply(made, leaf.clone() if is_real else leaf)
    probe(output).backward()
    case["output"] = tensor(output)
    gradients = {"input": leaf.grad} if is_real else {}
    for name, parameter in made.named_parameters():
        grad = parameter.grad
        gradients[name] = grad.to_dense() if grad is not None and grad.is_sparse else grad
    case["gradients"] = {k: tensor(v) for k, v in gradients.items() if v is not None}
    after = made.state_dict()
    changed = {k: v for k, v in after.items() if not torch.equal(v, before[k])}
    if changed:
        case["after"] = _tensors(changed)
    return case


def criterion(made, **inputs):
    """A loss of its inputs, and the gradients of the probe."""
    case = _identity(made)
    case["inputs"] = {name: tensor(value) for name, value in inputs.items()}
    leaves = {}
    for name, value in inputs.items():
        wanted = value.is_floating_point() and name not in ("target", "var")
        leaves[name] = value.clone().requires_grad_(wanted)
    output = made(*leaves.values())
    probe(output).backward()
    case["output"] = tensor(output)
    case["gradients"] = {k: tensor(v.grad) for k, v in leaves.items() if v.grad is not None}
    return case


def optimizer(cls, **kwargs):
    """Six steps along given gradients, with a tenth of the learning rate from the fourth on."""
    variable = uniform(4).requires_grad_()
    made = cls([variable], **kwargs)
    case = _identity(made)
    case |= {"start": tensor(variable), "gradients": [], "lrs": [], "values": []}
    for step in range(6):
        if step == 3:
            for group in made.param_groups:
                group["lr"] = kwargs["lr"] / 10
        # The last side is so flat that `eps` counts.
        gradient = torch.cat([uniform(3, seed=20 + step), uniform(1, seed=step) * 1e-6])
        variable.grad = gradient
        made.step()
        case["lrs"].append(made.param_groups[0]["lr"])
        case["gradients"].append(tensor(gradient))
        case["values"].append(tensor(variable))
    return case


def schedule(make, *, lr=0.5, steps=12, values=None):
    """The learning rates, and the momentum where the schedule changes it."""
    made_by = optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr, momentum=0.5)
    made = make(made_by)
    kept = values and [None if value != value else value for value in values]
    case = _identity(made) | {"lr": lr, "values": kept, "lrs": [], "momentums": []}
    for step in range(steps + 1):
        group = made_by.param_groups[0]
        case["lrs"].append(float(group["lr"]))
        case["momentums"].append(group["momentum"])
        if step == steps:
            break
        made_by.step()
        made.step(*([] if values is None else [values[step]]))
    return case


def tensor(value):
    """The shape and the numbers."""
    value = value.detach()
    numbers = value.flatten().tolist()
    if not value.is_floating_point():
        return {"shape": list(value.shape), "whole": numbers}
    # JSON has no word for what is no number.
    data = [None if number != number else _digits(number) for number in numbers]
    return {"shape": list(value.shape), "data": data}


def _digits(number):
    return float(f"{float(number):.6g}")


def _short(numbers):
    """The same with two digits behind the point."""
    return torch.tensor([round(number, 2) for number in numbers.flatten().tolist()]).reshape(numbers.shape)


def _tensors(tensors):
    return {name: tensor(value) for name, value in tensors.items()}


def _identity(made):
    cls = type(made)
    arguments = getarguments(made)
    for name, value in arguments.items():
        default = _signatures[cls].parameters[name].default
        if type(value) is type(default) and value == default and name not in _ALWAYS:
            raise ValueError(f"{cls.__name__}: `{name}` is its default")
    case = {"name": cls.__name__}
    if any(isinstance(value, torch.Tensor) for value in arguments.values()):
        # The package has no hash for it.
        listed = {k: v.tolist() if isinstance(v, torch.Tensor) else v for k, v in arguments.items()}
        return case | {"arguments": json.dumps(listed), "hash": None}
    text = json.dumps(_written(arguments))
    if cls in OWN or cls is lr_scheduler.SequentialLR:
        # The package writes no lists of components; this is how it makes a hash.
        return case | {"arguments": text, "hash": md5((cls.__name__ + text).encode()).hexdigest()}
    return case | {"arguments": text, "hash": gethash(made)}


def _written(value):
    """Components inside as the package writes them."""
    if isinstance(value, dict):
        return {name: _written(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_written(item) for item in value]
    if type(value) in _signatures:
        arguments = _written(getarguments(value))
        name = type(value).__name__
        return {"name": name, "arguments": arguments} if arguments else name
    return value


def _stir(made):
    """Gives what is the same everywhere at first other values, so that it is seen, and all short ones."""
    for seed, (name, value) in enumerate(made.state_dict().items()):
        if name.endswith("num_batches_tracked"):
            value.fill_(3)
        elif value.numel() and value.min() == value.max():
            low = 0.5 if name.endswith("running_var") else -1.0
            value.copy_(uniform(*value.shape, seed=40 + seed, low=low, high=low + 1.5))
        else:
            value.copy_(_short(value))
