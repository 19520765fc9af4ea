"""Builds the networks of a store in PyTorch, by their class names and arguments alone, and compares.

    python bridge.py ENTIA STORE RUNS

ENTIA is the program of the command line, and RUNS how many runs the store of `digits` has. Each is built
from its record, takes the weights of its last checkpoint, and has to give the scores that the run kept for
some images; and the package `mlregistry` has to give it the hash of the record.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from mlregistry import gethash
from mlregistry.core import handle_arg
from safetensors.torch import load_file
from torch import nn

sys.path.append(str(Path(__file__).parents[3] / "engines/nn/vectors"))
import network
from record import prepare

TOLERANCE = 1e-5


def main():
    program, store, expected = sys.argv[1], sys.argv[2], int(sys.argv[3])

    def entia(*arguments):
        command = [program, "--store", store, "--json", *arguments]
        return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)

    runs = [run["id"] for run in entia("runs")["runs"]]
    if len(runs) != expected:
        sys.exit(f"error: {len(runs)} runs, where {expected} were expected: {runs}")
    records = [entia("show", run) for run in runs]
    models = [next(it["record"] for it in run["modules"] if it["kind"] == "model") for run in records]
    prepare([network_class(name) for name in set().union(*map(names, models))])
    for record, model in zip(records, models):
        compare(record, model, entia)


def compare(record, model, entia):
    """Ends the program where a network that is built here is not that of the record."""
    run, built = record["id"], network.build(model)
    found = hash_of(built)
    if found != model["hash"]:
        sys.exit(f"error: {run} has the hash {model['hash']}, and mlregistry gives {found}")

    checkpoints = [it for it in record["artifacts"] if it["name"].startswith("checkpoints/")]
    last = max(checkpoints, key=lambda it: it["epoch"])
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "weights.safetensors"
        entia("artifacts", run, last["name"], "--epoch", str(last["epoch"]), "-o", str(weights))
        state = {name: tensor for name, tensor in load_file(weights).items() if not name.startswith("optimizer.")}
        examples = Path(folder) / "examples.safetensors"
        entia("artifacts", run, "examples.safetensors", "-o", str(examples))
        kept = load_file(examples)
    built.load_state_dict(state)
    built.eval()
    with torch.no_grad():
        scores = built(kept["images"])
    if scores.shape != kept["scores"].shape:
        sys.exit(f"error: {run} gives the shape {scores.shape}, not {kept['scores'].shape}")
    difference = (scores - kept["scores"]).abs().max().item()
    if not difference <= TOLERANCE:
        sys.exit(f"error: the scores of {run} differ by {difference}")
    engine, images = record["params"]["engine"], len(scores)
    print(f"{engine} and PyTorch give {images} images the same scores, up to {difference:.0e}; hash {found}")


def names(value):
    """The names of the classes in a description."""
    if isinstance(value, str):
        return {value} if hasattr(nn, value) else set()
    if isinstance(value, list):
        return set().union(*map(names, value))
    if isinstance(value, dict):
        own = {value["name"]} if "name" in value else set()
        return own.union(*map(names, value.get("arguments", {}).values()))
    return set()


def network_class(name):
    own = {cls.__name__: cls for cls in network.OWN}
    return own.get(name) or getattr(nn, name)


def hash_of(built):
    """The hash that the package gives. It takes components as arguments, and lists of them are made so here."""
    for module in reversed(list(built.modules())):
        layers = getattr(module, "__model__arguments__", {}).get("layers")
        if layers is not None:
            module.__model__arguments__["layers"] = [handle_arg(layer) for layer in module.children()]
    return gethash(built)


if __name__ == "__main__":
    main()
