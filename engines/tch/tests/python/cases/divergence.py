from torch import nn

from vectors import criterion, uniform

LOGS = uniform(4, 3).log_softmax(1)
TARGET = {"input": LOGS, "target": uniform(4, 3, seed=8).softmax(1)}
LOG_TARGET = {"input": LOGS, "target": uniform(4, 3, seed=8).log_softmax(1)}
ROW = {"input": LOGS, "target": uniform(3, seed=8).softmax(0)}

CASES = [
    criterion(nn.KLDivLoss, **TARGET),
    criterion(nn.KLDivLoss, **ROW),
    criterion(nn.KLDivLoss, reduction="sum", **TARGET),
    criterion(nn.KLDivLoss, reduction="batchmean", **TARGET),
    criterion(nn.KLDivLoss, reduction="none", **TARGET),
    criterion(nn.KLDivLoss, log_target=True, **LOG_TARGET),
    criterion(nn.KLDivLoss, reduction="batchmean", log_target=True, **LOG_TARGET),
]
