"""Weights between PyTorch and candle.

    python check.py write       # the files beside this one, which the tests read
    python check.py read FILE   # whether PyTorch takes what candle has saved, and gives the same

It needs torch and safetensors.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

here = Path(__file__).parent
sys.path.insert(0, str(here / "../../../nn/vectors"))
from network import build  # noqa: E402

model = build(json.loads((here / "network.json").read_text()))
if sys.argv[1] == "write":
    torch.manual_seed(1)
    input = torch.randn(2, 1, 8, 8)
    model.train()
    for _ in range(3):  # running statistics that are not those of the beginning
        model(torch.randn(4, 1, 8, 8))
    model.eval()
    save_file(model.state_dict(), here / "weights.safetensors")
    save_file({"input": input, "output": model(input).detach()}, here / "run.safetensors")
else:
    saved = load_file(sys.argv[2])
    run = {name: saved.pop(name) for name in ["input", "output"]}
    model.load_state_dict(saved)  # strict: every name and every shape
    model.eval()
    difference = (model(run["input"]) - run["output"]).abs().max().item()
    print(f"the outputs differ by {difference:.1e}")
    sys.exit(difference > 1e-5)
