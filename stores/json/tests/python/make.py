"""Writes a file with the Python package mltracker 0.1.5: python make.py FILE

It wrote tests/stores/mltracker-0.1.5.json; only the ids differ from run to run.
"""

import hashlib
import json
import sys

from mltracker.adapters.tinydb.experiments import Experiments
from mltracker.ports.iterations import Iteration
from mltracker.ports.metrics import Metric
from mltracker.ports.modules import Module
from tinydb import TinyDB


def hash(name, arguments):
    """What the Python package mlregistry computes."""
    return hashlib.md5((name + json.dumps(arguments)).encode()).hexdigest()


database = TinyDB(sys.argv[1])
experiments = Experiments(database=database)

digits = experiments.create("digits")
arguments = {"layers": 2, "rate": 1e-05, "activation": "ReLU", "seed": 2**70}
small = digits.models.create(hash("MLP", arguments), "MLP")
small.modules.put(Module("model", small.hash, "MLP", 0, arguments))
optimizer = {"lr": 0.1, "betas": [0.9, 0.999], "clip": float("inf")}
small.modules.put(Module("optimizer", hash("Adam", optimizer), "Adam", 0, optimizer))
# The same as the newest of its kind: only the epoch changes.
small.modules.put(Module("optimizer", hash("Adam", optimizer), "Adam", 3, optimizer))
# Another one of the kind.
small.modules.put(Module("optimizer", "0b", "SGD", 4, {"lr": 1e16, "nesterov": True}))
for epoch, value in enumerate([0.9, float("nan"), float("inf"), -float("inf"), 1e-05, 3]):
    small.metrics.add(Metric("loss", value, "train", epoch))
small.metrics.add(Metric("größe", -0.0, "prüfung", 5))
small.metrics.add(Metric("loss", 0.1 + 0.2, "train", 6))
batches = {"batch_size": 64, "shuffle": True, "note": "café"}
small.iterations.put(Iteration("11", "train", 1, batches))
# The same hash: only the epoch changes.
small.iterations.put(Iteration("11", "train", 6, batches))
small.iterations.put(Iteration("22", "prüfung", 6, {"batch_size": 256}))
digits.models.update(small.hash, 6)

# Of the same class, with other arguments.
arguments = {"layers": 9, "rate": 5e-324}
large = digits.models.create(hash("MLP", arguments), "MLP")
large.modules.put(Module("model", large.hash, "MLP", 0, arguments))
large.metrics.add(Metric("loss", 0.7, "train", 0))

experiments.create("Ziffern – zwei")

# What the package leaves behind when it deletes a model.
gone = digits.models.create("gone", "CNN")
gone.metrics.add(Metric("loss", 0.5, "train", 0))
digits.models.delete(gone.id)

# A table and a member that neither the package nor the tracker knows.
database.table("mine").insert({"answer": 42})
database.table("metrics").update({"mine": "kept"}, doc_ids=[1])
database.close()
