from torch import nn

from vectors import criterion, uniform

XS = {"input": uniform(4, 3, low=-3.0, high=3.0), "target": uniform(4, 3, seed=8)}
# PyTorch warns of these, and broadcasts.
COLUMN = {"input": XS["input"], "target": uniform(4, 1, seed=8)}
ROW = {"input": uniform(3), "target": XS["target"]}

CASES = [
    criterion(cls, **kwargs, **tensors)
    for cls, calls in {
        nn.MSELoss: [{}, {"reduction": "sum"}, {"reduction": "none"}],
        nn.L1Loss: [{}, {"reduction": "sum"}, {"reduction": "none"}],
        nn.SmoothL1Loss: [{}, {"beta": 0.0}, {"reduction": "sum", "beta": 0.5}, {"reduction": "none"}],
        nn.HuberLoss: [{}, {"delta": 2.0}, {"reduction": "sum", "delta": 0.5}, {"reduction": "none"}],
    }.items()
    for kwargs in calls
    for tensors in ([XS, COLUMN, ROW] if not kwargs else [XS])
]
