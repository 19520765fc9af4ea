#!/usr/bin/env python3
"""Writes what PyTorch's classes compute, and the hashes that the package `mlregistry` gives them.

    python3.12 -m venv venv
    venv/bin/pip install torch==2.13.0 mlregistry==1.2.3 numpy
    venv/bin/python engines/nn/vectors/make.py [GROUP ...]

Each group is a file beside this one: `layers`, `criteria`, `optimizers` and `schedulers` hold what is
computed, `shapes` and `losses` what comes of many arguments and shapes, `refusals` which arguments PyTorch takes, and
`signatures` what the classes take.
"""

import json
import sys
import warnings
from pathlib import Path

import torch
from torch import nn, optim
from torch.optim import lr_scheduler

import layers
import others
import refusals
import shapes
from network import OWN
from record import prepare

LOSSES = """L1Loss MSELoss SmoothL1Loss HuberLoss CrossEntropyLoss NLLLoss BCELoss BCEWithLogitsLoss KLDivLoss
GaussianNLLLoss PoissonNLLLoss CTCLoss CosineEmbeddingLoss HingeEmbeddingLoss MarginRankingLoss TripletMarginLoss"""
LAYERS = """Linear Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d CELU ELU GELU GLU Hardshrink
Hardsigmoid Hardswish Hardtanh LeakyReLU LogSigmoid LogSoftmax Mish PReLU RReLU ReLU ReLU6 SELU SiLU Sigmoid Softmax
Softmax2d Softmin Softplus Softshrink Softsign Tanh Tanhshrink Threshold MaxPool1d MaxPool2d MaxPool3d AvgPool1d
AvgPool2d AvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d AdaptiveAvgPool1d AdaptiveAvgPool2d
AdaptiveAvgPool3d ZeroPad1d ZeroPad2d ZeroPad3d ConstantPad1d ConstantPad2d ConstantPad3d ReflectionPad1d
ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d CircularPad1d CircularPad2d
CircularPad3d BatchNorm1d BatchNorm2d BatchNorm3d InstanceNorm1d InstanceNorm2d InstanceNorm3d GroupNorm LayerNorm
RMSNorm Dropout Dropout1d Dropout2d Dropout3d Embedding RNN LSTM GRU MultiheadAttention TransformerEncoderLayer
TransformerEncoder Upsample PixelShuffle PixelUnshuffle Identity Flatten Unflatten"""
OPTIMIZERS = "SGD Adam AdamW Adamax NAdam RAdam RMSprop Adagrad"
SCHEDULERS = """StepLR MultiStepLR ExponentialLR LinearLR PolynomialLR CosineAnnealingLR CosineAnnealingWarmRestarts
OneCycleLR ReduceLROnPlateau SequentialLR"""


def classes(module, names):
    return [getattr(module, name) for name in names.split()]


def main():
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    # Before the package wraps them.
    known = [*classes(nn, LAYERS), *classes(nn, LOSSES), *classes(optim, OPTIMIZERS), *classes(lr_scheduler, SCHEDULERS)]
    groups = {
        "signatures": [shapes.signature(cls) for cls in known],
        "shapes": shapes.cases(),
        "losses": list(refusals.losses()),
        "refusals": list(refusals.arguments()),
    }
    prepare([*classes(nn, LAYERS), *OWN, *classes(nn, LOSSES)])
    prepare([*classes(optim, OPTIMIZERS), *classes(lr_scheduler, SCHEDULERS)], excluded_args=[0])
    groups |= {"layers": list(layers.cases())}
    groups |= {kind: others.cases(kind) for kind in ["criteria", "optimizers", "schedulers"]}
    for group in sys.argv[1:] or groups:
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in groups[group])
        Path(__file__).with_name(f"{group}.json").write_text(f"[\n{lines}\n]\n")
        print(f"{group}: {len(groups[group])} cases")


if __name__ == "__main__":
    main()
