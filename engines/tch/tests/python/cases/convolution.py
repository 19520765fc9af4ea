from torch import nn

from vectors import module, uniform

LINES, IMAGES, CUBES = uniform(2, 2, 7), uniform(2, 2, 5, 6), uniform(2, 2, 4, 5, 3)

CASES = [
    module(nn.Conv1d, 2, 3, 3, input=LINES),
    module(nn.Conv1d, 2, 3, 3, input=uniform(2, 7)),
    module(nn.Conv1d, 2, 4, [3], stride=[2], padding=[1], input=LINES),
    module(nn.Conv1d, 2, 4, 4, padding="same", dilation=2, groups=2, bias=False, input=LINES),
    module(nn.Conv1d, 2, 3, 3, padding=2, padding_mode="circular", input=LINES),
    module(nn.Conv2d, 2, 3, 3, input=IMAGES),
    module(nn.Conv2d, 2, 3, 3, input=uniform(2, 5, 6)),
    module(nn.Conv2d, 2, 4, (3, 2), stride=(1, 2), padding=(1, 0), dilation=(2, 1), groups=2, input=IMAGES),
    module(nn.Conv2d, 2, 3, 2, padding="same", bias=False, input=IMAGES),
    module(nn.Conv2d, 2, 3, 2, padding="valid", input=IMAGES),
    module(nn.Conv2d, 2, 3, 3, padding=1, padding_mode="reflect", input=IMAGES),
    module(nn.Conv2d, 2, 3, 3, padding=(0, 2), padding_mode="replicate", input=IMAGES),
    module(nn.Conv2d, 2, 3, 3, padding="same", padding_mode="circular", input=IMAGES),
    module(nn.Conv3d, 2, 3, 2, input=CUBES),
    module(nn.Conv3d, 2, 2, (2, 3, 1), stride=(2, 1, 1), padding=(0, 1, 0), groups=2, input=CUBES),
    module(nn.ConvTranspose1d, 2, 3, 3, input=LINES),
    module(nn.ConvTranspose1d, 2, 4, 3, stride=3, output_padding=1, groups=2, input=uniform(2, 7)),
    module(nn.ConvTranspose2d, 2, 3, 3, input=IMAGES),
    module(nn.ConvTranspose2d, 2, 3, (2, 3), stride=2, padding=(0, 1), output_padding=(1, 0), input=IMAGES),
    module(nn.ConvTranspose2d, 2, 4, 2, groups=2, bias=False, dilation=2, input=IMAGES),
    module(nn.ConvTranspose3d, 2, 3, 2, input=CUBES),
    module(nn.ConvTranspose3d, 2, 2, (1, 2, 3), stride=(1, 2, 1), groups=2, bias=False, input=CUBES),
]
