import struct

from torchvision.datasets import MNIST
from torchvision.transforms import ToTensor

from vectors import dataset, integers


def idx(tensor):
    header = struct.pack(f">{1 + tensor.dim()}I", 0x0800 + tensor.dim(), *tensor.shape)
    return header + bytes(tensor.flatten().tolist())


FILES = {
    "train-images-idx3-ubyte": idx(integers(3, 4, 2, high=256)),
    "train-labels-idx1-ubyte": idx(integers(3, high=10)),
    "t10k-images-idx3-ubyte": idx(integers(2, 4, 2, high=256, seed=8)),
    "t10k-labels-idx1-ubyte": idx(integers(2, high=10, seed=8)),
}

CASES = [
    dataset(MNIST, "MNIST/raw", FILES, to_tensor=ToTensor()),
    dataset(MNIST, "MNIST/raw", FILES, to_tensor=ToTensor(), train=False),
]
