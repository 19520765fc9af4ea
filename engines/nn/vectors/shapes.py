"""What comes of many arguments and shapes: the shape of the output, or that PyTorch refuses.

The arguments are drawn around what is possible, so that about half of them are not.
"""

import inspect
import random

import torch
from torch import nn

import network
from record import signature as parameters_of

CASES = 60


def signature(cls):
    """The names of the parameters, and the defaults of those that have one."""
    parameters = list(parameters_of(cls).parameters.values())
    return {"name": cls.__name__, "parameters": [_parameter(parameter) for parameter in parameters]}


def _parameter(parameter):
    default = parameter.default
    if default is inspect.Parameter.empty:
        return [parameter.name]
    # That of a transformer is a function.
    return [parameter.name, "relu" if callable(default) else default]


class Draw:
    """Draws arguments and shapes."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def size(self, n, *choices):
        """One number or one for each dimension."""
        pick = lambda: self.mostly(*choices)
        return pick() if self.random.random() < 0.6 else [pick() for _ in range(n)]

    def pick(self, *choices):
        return self.random.choice(choices)

    def mostly(self, *choices):
        """Seldom the last one, which cannot be."""
        return choices[-1] if self.random.random() < 0.05 else self.random.choice(choices[:-1])

    def shape(self, n, channels):
        """The shape of an image of `n` dimensions, nearly always."""
        image = [self.mostly(3, 4, 5, 7, self.pick(0, 1, 2)) for _ in range(n)]
        odd = self.pick([0, channels], [2, channels + 1], [1, 1, channels], [])
        return [*self.mostly([2, channels], [1, channels], [channels], odd), *image]

    def some(self, **options):
        """Each of the options in half of the cases."""
        return {name: value for name, value in options.items() if value is not None and self.random.random() < 0.5}


def convolution(d, n, transposed):
    c = d.pick(1, 2, 4)
    arguments = {"in_channels": c, "out_channels": d.pick(1, 2, 4), "kernel_size": d.size(n, 1, 2, 3, 0)}
    arguments |= d.some(stride=d.size(n, 1, 2, 3, 0), dilation=d.size(n, 1, 2, 0), groups=d.mostly(1, d.pick(2, 3, 0, -1)))
    if transposed:
        more = d.some(padding=d.size(n, 0, 1, 2, -1), output_padding=d.size(n, 0, 1, 2), padding_mode=d.mostly("zeros", "reflect"))
    else:
        more = d.some(padding=d.pick("same", "valid", d.size(n, 0, 1, 2, 4, -1)), padding_mode=d.pick("reflect", "replicate", "circular"))
    return arguments | more, d.shape(n, c)


def pool(d, n, largest):
    arguments = {"kernel_size": d.size(n, 2, 3, 4, 0)}
    arguments |= d.some(stride=d.size(n, 1, 2, 3, 0), padding=d.size(n, 0, 1, d.pick(2, -1)), ceil_mode=True)
    if largest:
        arguments |= d.some(dilation=d.size(n, 1, 2, 0))
    elif n > 1:
        arguments |= d.some(divisor_override=d.mostly(1, 3, 0))
    return arguments, d.shape(n, 2)


def adaptive(d, n):
    size = d.size(n, 0, 1, 2, 5, -1)
    if n > 1 and d.pick(True, False):
        size = [d.pick(None, 1, 3) for _ in range(n)]
    return {"output_size": size}, d.shape(n, 2)


def padding(d, n, constant):
    sides = d.size(2 * n, 0, 1, 2, 3, -1)
    shape = d.shape(n, 2)
    return {"padding": sides} | ({"value": 0.5} if constant else {}), shape


def norm(d, n, affine):
    arguments = {"num_features": d.pick(1, 2, 3)}
    arguments |= d.some(affine=not affine, track_running_stats=not affine, momentum=0.5)
    return arguments, d.shape(n, d.pick(1, 2, 3))


def recurrent(d, more):
    arguments = {"input_size": d.mostly(1, 2, 3, 0), "hidden_size": d.mostly(1, 2, 3, 0)}
    arguments |= d.some(num_layers=d.mostly(1, 2, 0), batch_first=True, bidirectional=True, dropout=d.mostly(0.0, 0.5, d.pick(1.5, -0.1)))
    if more == "LSTM":
        arguments |= d.some(proj_size=d.pick(0, 1, 2, -1))
    features = arguments["input_size"] if d.random.random() < 0.8 else 4
    shape = d.mostly([3, 2], [3], [1, 2], d.pick([3, 2, 1], [0, 2], [3, 0], []))
    return arguments, [*shape, features]


def attention(d, layer):
    size = d.mostly(2, 4, 6, 0)
    names = ("d_model", "nhead") if layer else ("embed_dim", "num_heads")
    arguments = dict(zip(names, (size, d.mostly(1, 2, d.pick(3, 0)))))
    if layer:
        arguments |= {"dim_feedforward": 3} | d.some(norm_first=True, dropout=d.mostly(0.0, 0.5, 1.5))
    else:
        arguments |= d.some(add_bias_kv=True, add_zero_attn=True)
    arguments |= d.some(batch_first=True)
    return arguments, [*d.mostly([3, 2], [3], [1, 1], [0, 2], d.pick([], [3, 2, 2])), size if d.random.random() < 0.8 else 5]


def any_shape(d):
    return [d.pick(0, 1, 2, 3, 4, 6) for _ in range(d.pick(0, 1, 2, 3, 4))]


def upsample(d):
    arguments = d.mostly({"size": d.size(2, 1, 4, 0)}, {"scale_factor": d.pick(2.0, 1.5, 0.5)}, {"scale_factor": [1.5, 2.0]}, {})
    mode = d.pick("nearest", "linear", "bilinear", "bicubic", "trilinear")
    arguments |= {"mode": mode} if mode != "nearest" else {}
    n = d.mostly({"linear": 1, "trilinear": 3}.get(mode, 2), d.pick(1, 2, 3))
    return arguments | d.some(align_corners=True, recompute_scale_factor=True), d.shape(n, 2)


OTHERS = {
    "Linear": lambda d: ({"in_features": d.mostly(1, 3, d.pick(0, -1)), "out_features": d.pick(2, 0)}, [*any_shape(d), d.pick(1, 3)]),
    "PReLU": lambda d: ({"num_parameters": d.pick(1, 2, 3)}, any_shape(d)),
    "GLU": lambda d: (d.some(dim=d.pick(0, 1, -2, 3)), any_shape(d)),
    "Softmax": lambda d: (d.some(dim=d.pick(0, 1, -2, 3)), any_shape(d)),
    "Softmax2d": lambda d: ({}, any_shape(d)),
    "Hardtanh": lambda d: ({"min_val": d.pick(0.0, 1.0), "max_val": d.pick(0.0, 1.0)}, [2]),
    "RReLU": lambda d: ({"lower": d.pick(0.25, 0.5), "upper": d.pick(0.25, 0.5)}, [2]),
    "CELU": lambda d: ({"alpha": d.pick(0.0, 2.0)}, [2]),
    "Softshrink": lambda d: ({"lambd": d.pick(-1.0, 1.0)}, [2]),
    "Dropout": lambda d: ({"p": d.pick(0.0, 0.25, 1.0, 1.5, -0.5)}, any_shape(d)),
    "Dropout1d": lambda d: ({"p": d.pick(0.0, 1.0, 1.5)}, any_shape(d)),
    "Embedding": lambda d: ({"num_embeddings": d.pick(1, 3), "embedding_dim": d.pick(0, 2)} | d.some(padding_idx=d.pick(0, -1, 2, 3, -4)), any_shape(d)),
    "LayerNorm": lambda d: ({"normalized_shape": d.pick(1, 3, [2, 3], [])}, [*any_shape(d), d.pick(2, 3), d.pick(1, 3)]),
    "RMSNorm": lambda d: ({"normalized_shape": d.pick(1, 3, [2, 3], [])}, [*any_shape(d), d.pick(2, 3), d.pick(1, 3)]),
    "GroupNorm": lambda d: ({"num_groups": d.mostly(1, 2, d.pick(3, 0)), "num_channels": d.mostly(2, 4, 3)}, [d.pick(0, 1, 2), d.pick(2, 4), *any_shape(d)[:2]]),
    "Flatten": lambda d: (d.some(start_dim=d.pick(0, 2, -2), end_dim=d.pick(0, 1, -2)), any_shape(d)),
    "Unflatten": lambda d: ({"dim": d.pick(0, 1, -1, 2), "unflattened_size": d.mostly([2, 3], [-1, 2], [1, 4], d.pick([2, -1, -1], [0, -1], []))}, [6, 4, 6][: d.pick(0, 1, 2, 3)]),
    "PixelShuffle": lambda d: ({"upscale_factor": d.mostly(1, 2, d.pick(0, -1))}, [*any_shape(d), d.pick(4, 8, 3), d.pick(0, 2), 3]),
    "PixelUnshuffle": lambda d: ({"downscale_factor": d.mostly(1, 2, d.pick(0, -1))}, [*any_shape(d), 2, d.pick(4, 3, 0), d.pick(2, 4)]),
    "Upsample": upsample,
    "MultiheadAttention": lambda d: attention(d, False),
    "TransformerEncoderLayer": lambda d: attention(d, True),
    "Transpose": lambda d: ({"dim0": d.pick(0, 1, -1), "dim1": d.pick(1, -2, 3)}, any_shape(d)),
    "Select": lambda d: ({"dim": d.pick(0, 1, -1), "index": d.pick(0, -1, 2, -3)}, any_shape(d)),
    "PositionalEncoding": lambda d: ({"d_model": d.pick(2, 4), "max_len": d.pick(2, 3)} | d.some(batch_first=True), [*d.pick([3, 2], [3], [2, 3], [2]), d.pick(2, 4)]),
}


def drawers():
    yield from OTHERS.items()
    for n in (1, 2, 3):
        yield f"Conv{n}d", lambda d, n=n: convolution(d, n, False)
        yield f"ConvTranspose{n}d", lambda d, n=n: convolution(d, n, True)
        yield f"MaxPool{n}d", lambda d, n=n: pool(d, n, True)
        yield f"AvgPool{n}d", lambda d, n=n: pool(d, n, False)
        yield f"AdaptiveAvgPool{n}d", lambda d, n=n: adaptive(d, n)
        yield f"AdaptiveMaxPool{n}d", lambda d, n=n: adaptive(d, n)
        yield f"BatchNorm{n}d", lambda d, n=n: norm(d, n, True)
        yield f"InstanceNorm{n}d", lambda d, n=n: norm(d, n, False)
        for kind in ["Zero", "Constant", "Reflection", "Replication", "Circular"]:
            yield f"{kind}Pad{n}d", lambda d, n=n, kind=kind: padding(d, n, kind == "Constant")
    for name in ["RNN", "LSTM", "GRU"]:
        yield name, lambda d, name=name: recurrent(d, name)


def outcome(name, arguments, shape):
    """The shape of the output, or null where PyTorch refuses the arguments or the input."""
    whole = name == "Embedding"
    input = torch.zeros(shape, dtype=torch.int64 if whole else torch.float32)
    try:
        layer = network.build({"name": name, "arguments": arguments}).eval()
        if name.startswith(("Dropout", "RReLU")):
            layer.train()
        return list(network.apply(layer, input).shape)
    # A size of zero is divided by.
    except (RuntimeError, ValueError, TypeError, AssertionError, IndexError, NotImplementedError, ZeroDivisionError):
        return None


def cases():
    made = []
    for name, drawer in drawers():
        d, seen = Draw(name), set()
        for _ in range(CASES):
            arguments, shape = drawer(d)
            if str((arguments, shape)) not in seen:
                seen.add(str((arguments, shape)))
                made.append([name, arguments, shape, outcome(name, arguments, shape)])
    return made
