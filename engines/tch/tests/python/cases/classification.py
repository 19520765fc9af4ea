import torch
from torch import nn

from vectors import criterion, integers, uniform

SCORES, CLASSES = uniform(4, 3), integers(4, high=3)
SHARES = uniform(4, 3, seed=8).softmax(1)
LOGS = SCORES.log_softmax(1)
WEIGHT = torch.tensor([0.5, 2.0, 1.0])

CASES = [
    criterion(nn.CrossEntropyLoss, input=SCORES, target=CLASSES),
    criterion(nn.CrossEntropyLoss, input=SCORES, target=SHARES),
    criterion(nn.CrossEntropyLoss, input=uniform(4, 3, 2), target=integers(4, 2, high=3)),
    criterion(nn.CrossEntropyLoss, reduction="sum", input=SCORES, target=CLASSES),
    criterion(nn.CrossEntropyLoss, reduction="none", label_smoothing=0.1, input=SCORES, target=CLASSES),
    criterion(nn.CrossEntropyLoss, ignore_index=1, input=SCORES, target=torch.tensor([0, 1, 2, 1])),
    criterion(nn.CrossEntropyLoss, weight=WEIGHT, label_smoothing=0.2, input=SCORES, target=CLASSES),
    criterion(nn.NLLLoss, input=LOGS, target=CLASSES),
    criterion(nn.NLLLoss, input=uniform(4, 3, 2).log_softmax(1), target=integers(4, 2, high=3)),
    criterion(nn.NLLLoss, input=LOGS[0], target=CLASSES[0]),
    criterion(nn.NLLLoss, weight=WEIGHT, ignore_index=1, input=LOGS, target=torch.tensor([0, 1, 2, 1])),
    criterion(nn.NLLLoss, ignore_index=2, reduction="none", input=LOGS, target=CLASSES),
    criterion(nn.NLLLoss, weight=WEIGHT, reduction="sum", input=LOGS, target=CLASSES),
]
