"""The cases of layers."""

import torch
from torch import nn

from network import Parallel, PositionalEncoding, Select, Sequential, Transpose
from record import integers, layer, uniform

# Every border that an activation has, among other numbers.
BORDERS = torch.tensor([-3.0, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 3.0, 6.0, 30.0, -30.0, float("nan")])
XS = torch.cat([uniform(8, low=-4.0, high=7.0), BORDERS]).reshape(2, 10)
LINES, IMAGES, CUBES = uniform(2, 2, 7), uniform(2, 2, 5, 6), uniform(2, 2, 4, 5, 3)
WORDS, BATCH = uniform(4, 2, 3), uniform(3, 2, 4)


def activations():
    plain = "CELU ELU GELU GLU Hardshrink Hardsigmoid Hardswish Hardtanh LeakyReLU LogSigmoid Mish PReLU RReLU ReLU "
    plain += "ReLU6 SELU SiLU Sigmoid Softplus Softshrink Softsign Tanh Tanhshrink"
    in_place = "CELU ELU Hardsigmoid Hardswish Hardtanh LeakyReLU Mish RReLU ReLU ReLU6 SELU SiLU"
    yield from ((getattr(nn, name)(), XS) for name in plain.split())
    yield from ((getattr(nn, name)(inplace=True), XS[:1, :4]) for name in in_place.split())
    yield nn.CELU(0.25), XS
    yield nn.ELU(0.25), XS
    yield nn.GELU("tanh"), XS
    yield nn.GLU(0), IMAGES
    yield nn.Hardshrink(1.0), XS
    yield nn.Hardtanh(-0.5, 2.0), XS
    yield nn.Hardtanh(0.0, 6.0), XS
    yield nn.LeakyReLU(0.25), XS
    yield nn.PReLU(2, 0.5), IMAGES
    yield nn.RReLU(0.25, 0.5), XS
    yield nn.Softplus(2.0, 5.0), XS
    yield nn.Softshrink(1.0), XS
    yield nn.Threshold(0.5, -2.0), XS
    yield nn.Threshold(0.5, -2.0, inplace=True), XS[:1, :4]
    yield nn.Softmax2d(), IMAGES
    yield nn.Softmax2d(), IMAGES[0]
    for cls in [nn.Softmax, nn.LogSoftmax, nn.Softmin]:
        yield cls(dim=-1), LINES
        yield from ((cls(), input) for input in [IMAGES, IMAGES[0], IMAGES[0, 0], IMAGES[0, 0, 0]])


def convolutions():
    yield nn.Conv1d(2, 3, 3), LINES
    yield nn.Conv1d(2, 3, 3), LINES[0]
    yield nn.Conv1d(2, 4, [3], stride=[2], padding=[1]), LINES
    yield nn.Conv1d(2, 4, 4, padding="same", dilation=2, groups=2, bias=False), LINES
    yield nn.Conv1d(2, 3, 3, padding=2, padding_mode="circular"), LINES
    yield nn.Conv2d(2, 3, 3), IMAGES
    yield nn.Conv2d(2, 3, 3), IMAGES[0]
    yield nn.Conv2d(2, 4, (3, 2), stride=(1, 2), padding=(1, 0), dilation=(2, 1), groups=2), IMAGES
    yield nn.Conv2d(2, 3, 2, padding="same", bias=False), IMAGES
    yield nn.Conv2d(2, 3, 2, padding="valid"), IMAGES
    yield nn.Conv2d(2, 3, 3, padding=1, padding_mode="reflect"), IMAGES
    yield nn.Conv2d(2, 3, 3, padding=(0, 2), padding_mode="replicate"), IMAGES
    yield nn.Conv2d(2, 3, 3, padding="same", padding_mode="circular"), IMAGES
    yield nn.Conv3d(2, 3, 2), CUBES
    yield nn.Conv3d(2, 2, (2, 3, 1), stride=(2, 1, 1), padding=(0, 1, 0), groups=2), CUBES
    yield nn.ConvTranspose1d(2, 3, 3), LINES
    yield nn.ConvTranspose1d(2, 4, 3, stride=3, output_padding=1, groups=2), LINES[0]
    yield nn.ConvTranspose2d(2, 3, 3), IMAGES
    yield nn.ConvTranspose2d(2, 3, (2, 3), stride=2, padding=(0, 1), output_padding=(1, 0)), IMAGES
    yield nn.ConvTranspose2d(2, 4, 2, groups=2, bias=False, dilation=2), IMAGES
    yield nn.ConvTranspose3d(2, 3, 2), CUBES
    yield nn.ConvTranspose3d(2, 2, (1, 2, 3), stride=(1, 2, 1), groups=2, bias=False), CUBES


def pools():
    for n, input in [(1, LINES), (2, IMAGES), (3, CUBES)]:
        largest, mean = getattr(nn, f"MaxPool{n}d"), getattr(nn, f"AvgPool{n}d")
        yield largest(2), input
        yield largest(3, stride=1, padding=1), input[0]
        yield largest(2, dilation=2, ceil_mode=True), input
        yield mean(2), input
        yield mean(3, stride=2, padding=1, count_include_pad=False), input
        yield mean(3, stride=2, padding=1, ceil_mode=True), input[0]
        yield getattr(nn, f"AdaptiveAvgPool{n}d")(2), input
        yield getattr(nn, f"AdaptiveMaxPool{n}d")(2), input
        yield getattr(nn, f"AdaptiveAvgPool{n}d")(1), input[0]
    yield nn.AvgPool2d((2, 3), divisor_override=5), IMAGES
    yield nn.AvgPool3d(2, divisor_override=3), CUBES
    yield nn.AdaptiveAvgPool2d((None, 3)), IMAGES
    yield nn.AdaptiveMaxPool2d((4, None)), IMAGES


def paddings():
    for n, input, sides in [(1, LINES, (1, 2)), (2, IMAGES, (1, 0, 2, 1)), (3, CUBES, (1, 2, 0, 1, 2, 0))]:
        for kind in ["Zero", "Reflection", "Replication", "Circular"]:
            cls = getattr(nn, f"{kind}Pad{n}d")
            yield cls(1), input
            yield cls(sides), input[:1]
        yield getattr(nn, f"ConstantPad{n}d")(sides, 0.5), input[:1]
    yield nn.ZeroPad2d((-1, 1, 0, -2)), IMAGES[:1]


def normalizations():
    rows = uniform(4, 3)
    for input, n in [(rows, 1), (uniform(2, 3, 5), 1), (uniform(2, 3, 3, 2), 2), (uniform(2, 3, 2, 3, 2), 3)]:
        cls = getattr(nn, f"BatchNorm{n}d")
        yield cls(3), input
        yield cls(3), input, True
    yield nn.BatchNorm1d(3, momentum=None), rows, True
    yield nn.BatchNorm2d(2, 0.01, 0.5, affine=False), IMAGES, True
    yield nn.BatchNorm2d(2, track_running_stats=False), IMAGES
    yield nn.BatchNorm2d(2, bias=False), IMAGES, True
    for n, input in [(1, LINES), (2, IMAGES), (3, CUBES)]:
        cls = getattr(nn, f"InstanceNorm{n}d")
        yield cls(2), input
        yield cls(2, affine=True), input[0]
    yield nn.InstanceNorm2d(2, 0.01, 0.5, affine=True, track_running_stats=True), IMAGES, True
    yield nn.InstanceNorm2d(2, affine=True, track_running_stats=True, bias=False), IMAGES
    yield nn.LayerNorm(3), rows
    yield nn.LayerNorm([2, 7], eps=0.01), LINES
    yield nn.LayerNorm((5, 6), elementwise_affine=False), IMAGES
    yield nn.LayerNorm(3, bias=False), rows
    yield nn.RMSNorm(3), rows
    yield nn.RMSNorm([2, 7], eps=0.01), LINES
    yield nn.RMSNorm(3, elementwise_affine=False), rows
    yield nn.GroupNorm(2, 4), uniform(2, 4, 3, 2)
    yield nn.GroupNorm(2, 4, bias=False), uniform(2, 4, 3, 2)
    yield nn.GroupNorm(1, 2, eps=0.01, affine=False), LINES


def dropouts():
    for cls, input in [(nn.Dropout, XS), (nn.Dropout1d, LINES), (nn.Dropout2d, IMAGES), (nn.Dropout3d, CUBES)]:
        yield cls(), input
        yield cls(1.0), input[:1], True
        yield cls(0.0), input[:1], True
    yield nn.Dropout(0.25, inplace=True), XS


def sequences():
    for cls in [nn.RNN, nn.LSTM, nn.GRU]:
        yield cls(input_size=3, hidden_size=2), WORDS
        yield cls(input_size=3, hidden_size=2), WORDS[:, 0]
        yield cls(input_size=3, hidden_size=2, num_layers=2, bias=False, batch_first=True), WORDS
        yield cls(input_size=3, hidden_size=2, num_layers=2, dropout=0.5, bidirectional=True), WORDS
    yield nn.RNN(input_size=3, hidden_size=2, nonlinearity="relu"), WORDS
    yield nn.LSTM(input_size=3, hidden_size=4, num_layers=2, bidirectional=True, proj_size=2), WORDS
    numbers = integers(3, 4, high=6)
    yield nn.Embedding(6, 3), numbers
    yield nn.Embedding(6, 3, padding_idx=-2), numbers
    yield nn.Embedding(6, 3, padding_idx=1, max_norm=0.5, norm_type=1.0), numbers
    yield nn.Embedding(6, 3, scale_grad_by_freq=True), numbers
    yield nn.Embedding(6, 3, sparse=True), numbers
    yield PositionalEncoding(4), BATCH
    yield PositionalEncoding(4, dropout=0.5, max_len=3, batch_first=True), BATCH
    yield PositionalEncoding(4), BATCH[0]


def attentions():
    yield nn.MultiheadAttention(4, 2), BATCH
    yield nn.MultiheadAttention(4, 2), BATCH[0]
    yield nn.MultiheadAttention(4, 1, dropout=0.5, bias=False, batch_first=True), BATCH
    yield nn.MultiheadAttention(4, 4, add_bias_kv=True, add_zero_attn=True), BATCH
    yield nn.TransformerEncoderLayer(4, 2, 8), BATCH
    yield nn.TransformerEncoderLayer(4, 2, 8), BATCH[0]
    yield nn.TransformerEncoderLayer(4, 2, 8, 0.0, "gelu", batch_first=True, norm_first=True), BATCH, True
    yield nn.TransformerEncoderLayer(4, 1, 5, layer_norm_eps=0.01, bias=False), BATCH
    yield nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8), 2), BATCH
    encoder_layer = nn.TransformerEncoderLayer(4, 2, 5, batch_first=True, norm_first=True)
    yield nn.TransformerEncoder(encoder_layer, 1, norm=nn.LayerNorm(4)), BATCH


def others():
    yield nn.Linear(3, 2), uniform(4, 3)
    yield nn.Linear(3, 2, bias=False), uniform(2, 2, 3)
    yield nn.Linear(3, 2), uniform(3)
    yield nn.Identity(), LINES
    yield nn.Flatten(), IMAGES
    yield nn.Flatten(0, -2), IMAGES
    yield nn.Unflatten(1, [2, 3]), uniform(2, 6, 2)
    yield nn.Unflatten(-1, [-1, 2]), uniform(2, 6)
    yield Transpose(1, -1), LINES
    yield Select(1, -1), LINES
    yield nn.Upsample(scale_factor=2.0), IMAGES
    yield nn.Upsample(size=4), LINES
    yield nn.Upsample(size=[7, 4], mode="bilinear"), IMAGES
    yield nn.Upsample(scale_factor=1.5, mode="bilinear", align_corners=True), IMAGES
    yield nn.Upsample(scale_factor=(1.5, 2.0), mode="bicubic"), IMAGES[:1]
    yield nn.Upsample(scale_factor=2.0, mode="linear"), LINES
    yield nn.Upsample(scale_factor=1.7, mode="linear", recompute_scale_factor=True), LINES
    yield nn.Upsample(scale_factor=2.0, mode="trilinear", align_corners=True), CUBES[:1]
    yield nn.PixelShuffle(2), uniform(2, 4, 2, 3)
    yield nn.PixelUnshuffle(2), uniform(2, 2, 4, 6)


def networks():
    yield Sequential([nn.Linear(3, 4), nn.ReLU(), nn.Dropout(), nn.Linear(4, 2)]), uniform(4, 3)
    yield Sequential([nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.MaxPool2d(2), nn.Flatten()]), IMAGES, True
    yield Parallel([nn.Conv2d(2, 3, 3, padding=1), nn.Conv2d(2, 3, 1)]), IMAGES
    yield Parallel([nn.Identity(), Sequential([nn.Linear(3, 3), nn.Sigmoid()])], "multiply"), uniform(4, 3)
    yield Parallel([nn.Identity(), nn.Conv1d(2, 3, 3, padding=1)], "concatenate"), LINES
    main = [nn.Conv2d(2, 2, 3, padding=1, bias=False), nn.BatchNorm2d(2), nn.ReLU()]
    yield Sequential([Parallel([Sequential(main), nn.Identity()]), nn.ReLU()]), IMAGES, True
    lstm = nn.LSTM(input_size=3, hidden_size=4, batch_first=True)
    yield Sequential([nn.Embedding(6, 3), lstm, Select(1, -1), nn.Linear(4, 2)]), integers(2, 5, high=6)
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), 2)
    places = PositionalEncoding(4, batch_first=True)
    mean = [Transpose(1, 2), nn.AdaptiveAvgPool1d(1), nn.Flatten()]
    yield Sequential([nn.Embedding(6, 4), places, encoder, *mean, nn.Linear(4, 2)]), integers(2, 5, high=6)


GROUPS = [
    activations, convolutions, pools, paddings, normalizations, dropouts, sequences, attentions, others, networks,
]


def cases():
    for group in GROUPS:
        torch.manual_seed(0)
        for made, input, *train in group():
            yield layer(made, input=input, train=bool(train))
