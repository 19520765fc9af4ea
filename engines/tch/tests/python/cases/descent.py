from torch import optim

from vectors import optimizer

CASES = [
    optimizer(optim.SGD, lr=0.001),
    optimizer(optim.SGD, lr=0.01, weight_decay=0.1),
    optimizer(optim.SGD, lr=0.01, momentum=0.9),
    optimizer(optim.SGD, lr=0.01, momentum=0.9, dampening=0.5, weight_decay=0.01),
    optimizer(optim.SGD, lr=0.01, momentum=0.9, nesterov=True),
]
