import torch
from torch import nn

from vectors import criterion, uniform

SCORES = {"input": uniform(4, 3, low=-3.0, high=3.0), "target": uniform(4, 3, seed=8).round().abs()}
SHARES = {"input": uniform(4, 3, low=0.0), "target": uniform(4, 3, seed=8, low=0.0)}
CERTAIN = {"input": torch.tensor([0.0, 1.0, 1.0]), "target": torch.tensor([0.0, 1.0, 0.0])}
WEIGHT, POS_WEIGHT = torch.tensor([0.5, 2.0, 1.0]), torch.tensor([3.0, 1.0, 0.25])

CASES = [
    criterion(nn.BCELoss, **SHARES),
    criterion(nn.BCELoss, **CERTAIN),
    criterion(nn.BCELoss, reduction="sum", **SHARES),
    criterion(nn.BCELoss, reduction="none", **SHARES),
    criterion(nn.BCELoss, weight=WEIGHT, **SHARES),
    criterion(nn.BCELoss, weight=WEIGHT, reduction="sum", **SHARES),
    criterion(nn.BCEWithLogitsLoss, **SCORES),
    criterion(nn.BCEWithLogitsLoss, **SHARES),
    criterion(nn.BCEWithLogitsLoss, reduction="sum", **SCORES),
    criterion(nn.BCEWithLogitsLoss, reduction="none", **SCORES),
    criterion(nn.BCEWithLogitsLoss, weight=WEIGHT, **SCORES),
    criterion(nn.BCEWithLogitsLoss, pos_weight=POS_WEIGHT, **SCORES),
    criterion(nn.BCEWithLogitsLoss, weight=WEIGHT, reduction="none", pos_weight=POS_WEIGHT, **SCORES),
]
