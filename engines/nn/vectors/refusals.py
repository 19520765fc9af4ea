"""What PyTorch takes and what it refuses: arguments of optimizers, schedules and losses, and shapes of losses."""

import torch
from torch import nn, optim
from torch.optim import lr_scheduler

from shapes import Draw

REFUSALS = (RuntimeError, ValueError, TypeError, AssertionError, IndexError, ZeroDivisionError)
NUMBERS = [-1.0, 0.0, 0.5, 1.0, 1.5]
OPTIMIZERS = {
    "SGD": ["lr", "momentum", "dampening", "weight_decay"],
    "Adam": ["lr", "eps", "weight_decay"],
    "AdamW": ["lr", "eps", "weight_decay"],
    "Adamax": ["lr", "eps", "weight_decay"],
    "NAdam": ["lr", "eps", "weight_decay", "momentum_decay"],
    "RAdam": ["lr", "eps", "weight_decay"],
    "RMSprop": ["lr", "alpha", "eps", "weight_decay", "momentum"],
    "Adagrad": ["lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps"],
}


def optimizers():
    for name, parameters in OPTIMIZERS.items():
        yield from ((name, {parameter: number}) for parameter in parameters for number in NUMBERS)
        if "Ada" in name and name != "Adagrad" or name in ("NAdam", "RAdam"):
            yield from ((name, {"betas": betas}) for betas in [(1.0, 0.5), (0.5, 1.0), (-0.5, 0.5), (0.0, 0.0)])
    for momentum in (0.0, 0.5):
        for dampening in (0.0, 0.5):
            yield "SGD", {"momentum": momentum, "dampening": dampening, "nesterov": True}


def schedulers():
    yield from (("LinearLR", {"start_factor": number}) for number in NUMBERS)
    yield from (("LinearLR", {"end_factor": number}) for number in NUMBERS)
    yield from (("ReduceLROnPlateau", {"factor": number}) for number in NUMBERS)
    for steps in (-1, 0, 1):
        yield "OneCycleLR", {"max_lr": 1.0, "total_steps": steps}
        yield "OneCycleLR", {"max_lr": 1.0, "epochs": steps, "steps_per_epoch": 4}
        yield "OneCycleLR", {"max_lr": 1.0, "epochs": 4, "steps_per_epoch": steps}
        yield "CosineAnnealingWarmRestarts", {"T_0": steps}
        yield "CosineAnnealingWarmRestarts", {"T_0": 4, "T_mult": steps}
    yield "OneCycleLR", {"max_lr": 1.0, "epochs": 4}
    yield "OneCycleLR", {"max_lr": 1.0}
    yield from (("OneCycleLR", {"max_lr": 1.0, "total_steps": 4, "pct_start": number}) for number in NUMBERS)


def arguments():
    """Names, arguments, and whether PyTorch takes them."""
    for kind, cases in [(optim, optimizers()), (lr_scheduler, schedulers())]:
        for name, kwargs in cases:
            variable = torch.zeros(2, requires_grad=True)
            first = [variable] if kind is optim else optim.SGD([variable], lr=0.5)
            try:
                getattr(kind, name)(first, **kwargs)
                yield [name, kwargs, True]
            except REFUSALS:
                yield [name, kwargs, False]


def shape(d):
    return [d.pick(1, 2, 3) for _ in range(d.pick(0, 1, 2, 2, 3))]


def like(d, other):
    """Mostly the same shape, and else one that can be broadcast, or not."""
    kept = [size if d.random.random() < 0.8 else 1 for size in other]
    return d.mostly(other, other, kept, other[1:], shape(d))


def without_classes(d, shape):
    return d.mostly(shape[:1] + shape[2:] if len(shape) > 1 else [], shape[:1], like(d, shape))


LOSSES = {
    "L1Loss": (lambda d: {}, 0),
    "MSELoss": (lambda d: {}, 0),
    "SmoothL1Loss": (lambda d: d.some(beta=d.mostly(0.0, 0.5, -1.0)), 0),
    "HuberLoss": (lambda d: d.some(delta=d.mostly(0.5, 2.0, d.pick(0.0, -1.0))), 0),
    "BCELoss": (lambda d: d.some(weight=[0.5] * d.pick(1, 2, 3)), 0),
    "BCEWithLogitsLoss": (lambda d: d.some(weight=[0.5] * d.pick(1, 2, 3), pos_weight=[0.5] * d.pick(1, 2, 3)), 0),
    "KLDivLoss": (lambda d: d.some(log_target=True), 0),
    "PoissonNLLLoss": (lambda d: {}, 0),
    "HingeEmbeddingLoss": (lambda d: {}, 0),
    "CrossEntropyLoss": (lambda d: d.some(weight=[0.5] * d.pick(1, 2, 3), label_smoothing=d.mostly(0.5, d.pick(1.5, -0.5))), 1),
    "NLLLoss": (lambda d: d.some(weight=[0.5] * d.pick(1, 2, 3)), 1),
    "GaussianNLLLoss": (lambda d: d.some(eps=d.mostly(0.5, d.pick(0.0, -1.0))), 2),
    "MarginRankingLoss": (lambda d: {}, 3),
    "CosineEmbeddingLoss": (lambda d: {}, 4),
    "TripletMarginLoss": (lambda d: d.some(margin=d.mostly(0.5, d.pick(0.0, -1.0))), 3),
}


def inputs(d, kind):
    first = shape(d)
    if kind == 1:
        return [first, without_classes(d, first)]
    if kind == 2:
        return [first, like(d, first), d.mostly(first, first[:-1], [*first[:-1], 1], shape(d))]
    if kind == 3:
        return [first, like(d, first), like(d, first)]
    if kind == 4:
        return [first, like(d, first), d.mostly(first[:1], first[:-1], shape(d))]
    return [first, like(d, first)]


def losses():
    """Names, arguments, the shapes of the inputs, and that of the loss: null where PyTorch refuses."""
    for name, (draw, kind) in LOSSES.items():
        d, seen = Draw(name), set()
        for _ in range(60):
            kwargs, shapes = draw(d) | {"reduction": d.pick("none", "sum")}, inputs(d, kind)
            if str((kwargs, shapes)) in seen:
                continue
            seen.add(str((kwargs, shapes)))
            yield [name, kwargs, shapes, outcome(name, kwargs, shapes)]


def outcome(name, kwargs, shapes):
    tensors = [torch.full(shape, 0.5) for shape in shapes]
    is_class = name == "NLLLoss" or name == "CrossEntropyLoss" and shapes[0] != shapes[1]
    if is_class:
        tensors[1] = torch.zeros(shapes[1], dtype=torch.int64)
    given = {key: torch.tensor(value) if "weight" in key else value for key, value in kwargs.items()}
    try:
        return list(getattr(nn, name)(**given)(*tensors).shape)
    except REFUSALS:
        return None
