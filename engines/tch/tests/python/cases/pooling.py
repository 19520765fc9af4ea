from torch import nn

from vectors import module, uniform

IMAGES = uniform(2, 3, 7, 5)

CASES = [
    module(nn.MaxPool2d, 2, input=IMAGES),
    module(nn.MaxPool2d, 2, input=uniform(3, 7, 5)),
    module(nn.MaxPool2d, (3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2), input=IMAGES),
    module(nn.MaxPool2d, 2, ceil_mode=True, input=IMAGES),
    module(nn.AvgPool2d, 2, input=IMAGES),
    module(nn.AvgPool2d, (3, 2), stride=2, padding=1, ceil_mode=True, count_include_pad=False, input=IMAGES),
    module(nn.AvgPool2d, 3, stride=(1, 2), padding=(1, 0), divisor_override=4, input=IMAGES),
    module(nn.AdaptiveAvgPool2d, 1, input=IMAGES),
    module(nn.AdaptiveAvgPool2d, (3, 2), input=uniform(3, 7, 5)),
    module(nn.AdaptiveAvgPool2d, (None, 2), input=IMAGES),
]
