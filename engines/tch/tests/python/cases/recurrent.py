from torch import nn

from vectors import module, uniform

XS = uniform(4, 2, 3)


def named(cls, **kwargs):
    """The classes have no signature, so that the package only knows arguments with names."""
    return module(cls, input_size=3, **kwargs)


CASES = [
    case
    for cls in [nn.LSTM, nn.GRU]
    for case in [
        named(cls, hidden_size=2, input=XS),
        named(cls, hidden_size=2, input=uniform(4, 3)),
        named(cls, hidden_size=2, num_layers=2, bias=False, batch_first=True, input=XS),
        named(cls, hidden_size=2, num_layers=2, dropout=0.5, bidirectional=True, input=XS),
        named(cls, hidden_size=2, num_layers=3, dropout=0.5, input=XS, train=True),
    ]
] + [
    named(nn.LSTM, hidden_size=4, num_layers=2, bidirectional=True, proj_size=2, input=XS),
]
