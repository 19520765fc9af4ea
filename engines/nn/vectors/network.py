"""Builds what a description says, by PyTorch's class names and arguments alone.

    from network import build
    model = build({"name": "Sequential", "arguments": {"layers": [...]}})
    model.load_state_dict(safetensors.torch.load_file("weights.safetensors"))

Five classes are not PyTorch's; they stand here as they are meant.
"""

import math

import torch
from torch import nn


class Sequential(nn.Sequential):
    """Layers one after the other, in one list."""

    def __init__(self, layers):
        super().__init__(*layers)

    def forward(self, input):
        for layer in self:
            input = apply(layer, input)
        return input


class Parallel(nn.ModuleList):
    """Layers side by side."""

    def __init__(self, layers, merge="add"):
        super().__init__(layers)
        self.merge = merge

    def forward(self, input):
        outputs = [apply(layer, input) for layer in self]
        if self.merge == "concatenate":
            return torch.cat(outputs, 1)
        output = outputs[0]
        for other in outputs[1:]:
            output = output + other if self.merge == "add" else output * other
        return output


class Transpose(nn.Module):
    """Swaps two dimensions."""

    def __init__(self, dim0, dim1):
        super().__init__()
        self.dims = dim0, dim1

    def forward(self, input):
        return input.transpose(*self.dims)


class Select(nn.Module):
    """One place along a dimension."""

    def __init__(self, dim, index):
        super().__init__()
        self.place = dim, index

    def forward(self, input):
        return input.select(*self.place)


class PositionalEncoding(nn.Module):
    """That of PyTorch's tutorial for transformers."""

    def __init__(self, d_model, dropout=0.1, max_len=5000, batch_first=False):
        super().__init__()
        self.dropout, self.batch_first = nn.Dropout(dropout), batch_first
        position = torch.arange(max_len).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        pe = torch.zeros(max_len, d_model)
        pe[:, 0::2] = torch.sin(position * div_term)
        pe[:, 1::2] = torch.cos(position * div_term)
        self.register_buffer("pe", pe, persistent=False)

    def forward(self, input):
        if self.batch_first or input.dim() == 2:
            added = self.pe[: input.size(-2)]
        else:
            added = self.pe[: input.size(0)].unsqueeze(1)
        return self.dropout(input + added)


OWN = [Sequential, Parallel, Transpose, Select, PositionalEncoding]


def apply(layer, input):
    """The one output of a layer; attention looks at its input itself."""
    output = layer(input, input, input) if isinstance(layer, nn.MultiheadAttention) else layer(input)
    return output[0] if isinstance(output, tuple) else output


def build(reference):
    """The module that a description stands for."""
    if isinstance(reference, str):
        reference = {"name": reference}
    own = {cls.__name__: cls for cls in OWN}
    cls = own.get(reference["name"]) or getattr(nn, reference["name"])
    return cls(**{name: _built(value) for name, value in reference.get("arguments", {}).items()})


def _built(value):
    if isinstance(value, dict) and "name" in value:
        return build(value)
    if isinstance(value, list):
        # A list of layers; sizes are a tuple, which `Upsample` insists on.
        return tuple(build(item) if isinstance(item, (dict, str)) else item for item in value)
    return value
