import torch
from torch import nn

from vectors import module, uniform

# Every border that an activation has, among other numbers.
BORDERS = torch.tensor([-3.0, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 3.0, 6.0, 30.0, -30.0, float("nan")])
XS = torch.cat([uniform(24, low=-4.0, high=7.0), BORDERS]).reshape(3, 12)
IMAGES = uniform(2, 3, 4, 2)

PLAIN = [
    nn.CELU, nn.ELU, nn.GELU, nn.GLU, nn.Hardshrink, nn.Hardsigmoid, nn.Hardswish, nn.Hardtanh,
    nn.LeakyReLU, nn.LogSigmoid, nn.Mish, nn.PReLU, nn.RReLU, nn.ReLU, nn.ReLU6, nn.SELU, nn.SiLU, nn.Sigmoid,
    nn.Softplus, nn.Softshrink, nn.Softsign, nn.Tanh, nn.Tanhshrink,
]
IN_PLACE = [
    nn.CELU, nn.ELU, nn.Hardsigmoid, nn.Hardswish, nn.Hardtanh, nn.LeakyReLU, nn.Mish, nn.RReLU, nn.ReLU,
    nn.ReLU6, nn.SELU, nn.SiLU,
]

CASES = [module(cls, input=XS) for cls in PLAIN]
CASES += [module(cls, inplace=True, input=XS) for cls in IN_PLACE]
CASES += [
    module(nn.CELU, 0.25, input=XS),
    module(nn.ELU, 0.25, input=XS),
    module(nn.GELU, "tanh", input=XS),
    module(nn.GLU, 0, input=IMAGES),
    module(nn.Hardshrink, 1.0, input=XS),
    module(nn.Hardtanh, -0.5, 2.0, input=XS),
    module(nn.LeakyReLU, 0.25, input=XS),
    module(nn.PReLU, 3, 0.5, input=IMAGES),
    module(nn.RReLU, 0.25, 0.5, input=XS),
    module(nn.Softplus, 2.0, 5.0, input=XS),
    module(nn.Softshrink, 1.0, input=XS),
    module(nn.Threshold, 0.5, -2.0, input=XS),
    module(nn.Threshold, 0.5, -2.0, inplace=True, input=XS),
    module(nn.Softmax2d, input=IMAGES),
    module(nn.Softmax2d, input=IMAGES[0]),
]
CASES += [
    module(cls, **kwargs, input=input)
    for cls in [nn.Softmax, nn.LogSoftmax, nn.Softmin]
    for kwargs, input in [({"dim": -1}, IMAGES), ({}, IMAGES), ({}, IMAGES[0]), ({}, IMAGES[0, 0]), ({}, IMAGES[0, 0, 0])]
]
