from torch import nn

from vectors import integers, module

NUMBERS = integers(3, 4, high=6)

CASES = [
    module(nn.Embedding, 6, 3, input=NUMBERS),
    module(nn.Embedding, 6, 3, padding_idx=-2, input=NUMBERS),
    module(nn.Embedding, 6, 20, padding_idx=1, max_norm=1.0, norm_type=1.0, input=NUMBERS),
    module(nn.Embedding, 6, 3, scale_grad_by_freq=True, input=NUMBERS),
    module(nn.Embedding, 6, 3, sparse=True, input=NUMBERS),
]
