"""PyTorch without its part for several machines, which asks for NVIDIA's libraries as soon as it is imported."""

import importlib.machinery
import sys


class WithoutDistributed(importlib.machinery.PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        spec = super().find_spec(name, path, target) if name == "torch._C" else None
        if spec:
            load = spec.loader.exec_module
            parts = ["_c10d_init", "_rpc_init", "_dist_autograd_init", "_faulty_agent_init"]
            spec.loader.exec_module = lambda module: (load(module), [delattr(module, part) for part in parts])
        return spec


sys.meta_path.insert(0, WithoutDistributed)
