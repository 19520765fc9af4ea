"""Reads a file of the tracker with the Python package mltracker 0.1.5, and goes on writing it:
python check.py FILE

What it expects was written by tests/python.rs, which also looks at what is added here.
"""

import hashlib
import json
import math
import sys

from mltracker.adapters.tinydb.experiments import Experiments
from mltracker.ports.iterations import Iteration
from mltracker.ports.metrics import Metric
from mltracker.ports.modules import Module
from tinydb import TinyDB


def expect(found, expected):
    # As text, so that NaN equals NaN, and an integer is no float.
    if repr(found) != repr(expected):
        sys.exit(f"error: {found!r} instead of {expected!r}")


def hash(name, arguments):
    """What the Python package mlregistry computes."""
    return hashlib.md5((name + json.dumps(arguments)).encode()).hexdigest()


database = TinyDB(sys.argv[1])
experiments = Experiments(database=database)
expect([experiment.name for experiment in experiments.list()], ["digits", "Ziffern – zwei"])
digits = experiments.read(name="digits")

arguments = {"layers": 2, "rate": 1e-05, "activation": "ReLU", "seed": 2**70}
models = digits.models.list()
expect([model.hash for model in models], [hash("MLP", arguments), hash("CNN", {})])
expect([model.name for model in models], ["MLP", "CNN"])
expect([model.epoch for model in models], [6, 0])
run = digits.models.get(models[0].id)
expect(run.hash, models[0].hash)

# The package lists the modules of this kind of all models.
cnn = Module("model", hash("CNN", {}), "CNN", 0, {})
expect(run.modules.list("model"), [Module("model", run.hash, "MLP", 0, arguments), cnn])
optimizer = {"lr": 0.1, "betas": [0.9, 0.999], "clip": math.inf}
adam = Module("optimizer", hash("Adam", optimizer), "Adam", 3, optimizer)
expect(run.modules.list("optimizer"), [adam])

values = [0.9, math.nan, math.inf, -math.inf, 1e-05, 3.0, -0.0, 0.1 + 0.2, 5e-324, math.nan]
metrics = [Metric("größe", value, "prüfung", epoch) for epoch, value in enumerate(values)]
expect(run.metrics.list(), metrics)
expect(models[1].metrics.list(), [Metric("loss", 0.5, "", 0)])

iterations = run.iterations.list()
batches = {"batch_size": 64, "note": "café"}
expect(len(iterations), 2)
expect(iterations[0], Iteration(iterations[0].hash, "train", 6, batches))
expect(iterations[1], Iteration("22", "prüfung", 6, {}))

run.metrics.add(Metric("größe", 1e-07, "prüfung", 10))
run.iterations.put(Iteration("22", "prüfung", 7, {}))
run.modules.put(Module("optimizer", adam.hash, "Adam", 7, optimizer))
digits.models.update(run.hash, 7)
experiments.update(digits.id, "Ziffern – eins")
database.close()
