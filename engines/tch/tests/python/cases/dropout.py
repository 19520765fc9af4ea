from torch import nn

from vectors import module, uniform

CASES = [
    module(nn.Dropout, input=uniform(3, 4)),
    module(nn.Dropout, input=uniform(3, 4), train=True),
    module(nn.Dropout, 0.25, input=uniform(3, 4), train=True),
    module(nn.Dropout, p=0.25, inplace=True, input=uniform(3, 4), train=True),
]
