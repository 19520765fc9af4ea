from torch import nn

from vectors import module, uniform

CASES = [
    module(nn.Flatten, input=uniform(2, 3, 2, 2)),
    module(nn.Flatten, start_dim=0, end_dim=-2, input=uniform(2, 3, 2, 2)),
    module(nn.Flatten, 2, input=uniform(2, 3, 2, 2)),
    module(nn.Identity, input=uniform(2, 3)),
]
