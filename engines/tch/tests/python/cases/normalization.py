from torch import nn

from vectors import module, uniform

ROWS, LINES, IMAGES, CUBES = uniform(4, 3), uniform(2, 3, 5), uniform(2, 4, 3, 2), uniform(2, 2, 2, 3, 2)

CASES = [
    module(nn.BatchNorm1d, 3, input=ROWS),
    module(nn.BatchNorm1d, 3, input=ROWS, train=True),
    module(nn.BatchNorm1d, 3, input=LINES, train=True, calls=2),
    module(nn.BatchNorm1d, 3, momentum=None, input=ROWS, train=True, calls=3),
    module(nn.BatchNorm1d, 3, momentum=None, input=ROWS),
    module(nn.BatchNorm2d, 4, input=IMAGES, train=True),
    module(nn.BatchNorm2d, 4, 0.01, 0.5, affine=False, input=IMAGES, train=True, calls=2),
    module(nn.BatchNorm2d, 4, track_running_stats=False, input=IMAGES),
    module(nn.BatchNorm2d, 4, bias=False, input=IMAGES, train=True),
    module(nn.BatchNorm3d, 2, input=CUBES, train=True),
    module(nn.BatchNorm3d, 2, input=CUBES),
    module(nn.LayerNorm, 3, input=ROWS),
    module(nn.LayerNorm, [3, 5], eps=0.01, input=LINES),
    module(nn.LayerNorm, (3, 2), elementwise_affine=False, input=IMAGES),
    module(nn.LayerNorm, 2, bias=False, input=IMAGES),
    module(nn.GroupNorm, 2, 4, input=IMAGES),
    module(nn.GroupNorm, 2, 4, bias=False, input=IMAGES),
    module(nn.GroupNorm, 1, 3, eps=0.01, affine=False, input=LINES),
]
