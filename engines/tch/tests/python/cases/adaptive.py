from torch import optim

from vectors import optimizer

CASES = [
    optimizer(optim.Adam, lr=0.001),
    optimizer(optim.Adam, lr=0.1, betas=(0.8, 0.99), eps=1e-6),
    optimizer(optim.Adam, lr=0.1, weight_decay=0.01, amsgrad=True),
    optimizer(optim.AdamW, lr=0.001),
    optimizer(optim.AdamW, lr=0.1, betas=(0.8, 0.99), eps=1e-6),
    optimizer(optim.AdamW, lr=0.1, weight_decay=0.5, amsgrad=True),
    optimizer(optim.AdamW, lr=0.1, weight_decay=0.0),
    optimizer(optim.RMSprop, lr=0.01),
    optimizer(optim.RMSprop, lr=0.1, alpha=0.9, eps=1e-6),
    optimizer(optim.RMSprop, lr=0.1, weight_decay=0.1, momentum=0.9),
    optimizer(optim.RMSprop, lr=0.1, alpha=0.5, momentum=0.5, centered=True),
]
