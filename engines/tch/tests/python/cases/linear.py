from torch import nn

from vectors import module, uniform

CASES = [
    module(nn.Linear, 4, 5, input=uniform(3, 4)),
    module(nn.Linear, 4, 5, bias=False, input=uniform(2, 3, 4)),
    module(nn.Linear, 3, 1, input=uniform(3)),
    module(nn.Linear, 3, 0, input=uniform(2, 3)),
    module(nn.Linear, 0, 2, input=uniform(3, 0)),
]
