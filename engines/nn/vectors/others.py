"""The cases of losses, optimizers and schedules."""

import torch
from torch import nn, optim
from torch.optim import lr_scheduler

from record import criterion, integers, optimizer, schedule, uniform

XS, YS = uniform(4, 3, low=-3.0, high=3.0), uniform(4, 3, seed=8)
SHARES, CLASSES = uniform(4, 3, low=0.0), integers(4, high=3)
WEIGHT, POS_WEIGHT = torch.tensor([0.5, 2.0, 1.0]), torch.tensor([3.0, 1.0, 0.25])
SIGNS = torch.tensor([1.0, -1.0, 1.0, -1.0])


def criteria():
    for cls, more in [(nn.MSELoss, {}), (nn.L1Loss, {}), (nn.SmoothL1Loss, {"beta": 0.5}), (nn.HuberLoss, {"delta": 2.0})]:
        yield cls(), {"input": XS, "target": YS}
        yield cls(), {"input": XS, "target": YS[:, :1]}
        yield cls(), {"input": XS[0], "target": YS}
        yield cls(reduction="sum", **more), {"input": XS, "target": YS}
        yield cls(reduction="none"), {"input": XS, "target": XS.clone()}
    yield nn.SmoothL1Loss(beta=0.0), {"input": XS, "target": torch.cat([XS[:2], YS[2:]])}

    labels = {"input": XS, "target": CLASSES}
    yield nn.CrossEntropyLoss(), labels
    yield nn.CrossEntropyLoss(), {"input": XS, "target": YS.softmax(1)}
    yield nn.CrossEntropyLoss(), {"input": uniform(4, 3, 2), "target": integers(4, 2, high=3)}
    yield nn.CrossEntropyLoss(), {"input": XS[0], "target": CLASSES[0]}
    yield nn.CrossEntropyLoss(reduction="sum"), labels
    yield nn.CrossEntropyLoss(reduction="none", label_smoothing=0.1), labels
    yield nn.CrossEntropyLoss(ignore_index=1), {"input": XS, "target": torch.tensor([0, 1, 2, 1])}
    yield nn.CrossEntropyLoss(weight=WEIGHT, label_smoothing=0.2), labels
    logs = {"input": XS.log_softmax(1), "target": CLASSES}
    yield nn.NLLLoss(), logs
    yield nn.NLLLoss(), {"input": uniform(4, 3, 2).log_softmax(1), "target": integers(4, 2, high=3)}
    yield nn.NLLLoss(), {"input": XS[0].log_softmax(0), "target": CLASSES[0]}
    yield nn.NLLLoss(weight=WEIGHT, ignore_index=1), logs | {"target": torch.tensor([0, 1, 2, 1])}
    yield nn.NLLLoss(ignore_index=2, reduction="none"), logs

    shares = {"input": SHARES, "target": YS.abs()}
    yield nn.BCELoss(), shares
    yield nn.BCELoss(), {"input": torch.tensor([0.0, 1.0, 1.0]), "target": torch.tensor([0.0, 1.0, 0.0])}
    yield nn.BCELoss(reduction="sum"), shares
    yield nn.BCELoss(weight=WEIGHT, reduction="none"), shares
    scores = {"input": XS * 20.0, "target": YS.abs().round()}
    yield nn.BCEWithLogitsLoss(), scores
    yield nn.BCEWithLogitsLoss(reduction="none"), shares
    yield nn.BCEWithLogitsLoss(weight=WEIGHT), shares
    yield nn.BCEWithLogitsLoss(weight=WEIGHT, reduction="sum", pos_weight=POS_WEIGHT), shares

    divergence = {"input": XS.log_softmax(1), "target": YS.softmax(1)}
    yield nn.KLDivLoss(), divergence
    yield nn.KLDivLoss(reduction="batchmean"), divergence
    yield nn.KLDivLoss(reduction="none"), divergence
    yield nn.KLDivLoss(reduction="sum", log_target=True), divergence | {"target": YS.log_softmax(1)}
    normal = {"input": XS, "target": YS, "var": SHARES}
    yield nn.GaussianNLLLoss(), normal
    yield nn.GaussianNLLLoss(full=True, eps=0.5, reduction="none"), normal
    yield nn.GaussianNLLLoss(reduction="sum"), normal | {"var": SHARES[:, :1]}
    yield nn.GaussianNLLLoss(), normal | {"var": SHARES[:, 0]}
    counts = {"input": SHARES, "target": integers(4, 3, high=5).float()}
    yield nn.PoissonNLLLoss(), counts
    yield nn.PoissonNLLLoss(False, reduction="sum"), counts
    yield nn.PoissonNLLLoss(full=True, eps=0.01, reduction="none"), counts

    lengths = {"input_lengths": torch.tensor([6, 5]), "target_lengths": torch.tensor([3, 2])}
    heard = {"log_probs": uniform(6, 2, 4).log_softmax(2), "targets": integers(2, 3, low=1, high=4)} | lengths
    yield nn.CTCLoss(), heard
    yield nn.CTCLoss(blank=3, reduction="sum"), heard | {"targets": integers(2, 3, high=3)}
    too_short = heard | {"input_lengths": torch.tensor([2, 5])}
    yield nn.CTCLoss(reduction="none", zero_infinity=True), too_short

    pairs = {"input1": XS, "input2": YS, "target": SIGNS}
    yield nn.CosineEmbeddingLoss(), pairs
    yield nn.CosineEmbeddingLoss(0.25, reduction="none"), pairs
    yield nn.CosineEmbeddingLoss(reduction="sum"), {"input1": XS[0], "input2": YS[0], "target": SIGNS[1]}
    yield nn.HingeEmbeddingLoss(), {"input": XS, "target": SIGNS[:, None].expand(4, 3).clone()}
    yield nn.HingeEmbeddingLoss(0.5, reduction="none"), {"input": XS[:, 0], "target": SIGNS}
    ranks = {"input1": XS[:, 0], "input2": YS[:, 0], "target": SIGNS}
    yield nn.MarginRankingLoss(), ranks
    yield nn.MarginRankingLoss(0.5, reduction="none"), ranks
    triplet = {"anchor": XS, "positive": YS, "negative": SHARES}
    yield nn.TripletMarginLoss(), triplet
    yield nn.TripletMarginLoss(0.5, p=1.0, swap=True, reduction="none"), triplet
    yield nn.TripletMarginLoss(2.0, eps=0.01, reduction="sum"), triplet


def optimizers():
    yield optim.SGD, {"lr": 0.001}
    yield optim.SGD, {"lr": 0.01, "weight_decay": 0.1}
    yield optim.SGD, {"lr": 0.01, "momentum": 0.9}
    yield optim.SGD, {"lr": 0.01, "momentum": 0.9, "dampening": 0.5, "weight_decay": 0.01}
    yield optim.SGD, {"lr": 0.01, "momentum": 0.9, "nesterov": True}
    for cls in [optim.Adam, optim.AdamW]:
        yield cls, {"lr": 0.001}
        yield cls, {"lr": 0.1, "betas": (0.8, 0.99), "eps": 1e-6}
        yield cls, {"lr": 0.1, "weight_decay": 0.5, "amsgrad": True}
    yield optim.AdamW, {"lr": 0.1, "weight_decay": 0.0}
    yield optim.RMSprop, {"lr": 0.01}
    yield optim.RMSprop, {"lr": 0.1, "alpha": 0.9, "eps": 1e-6}
    yield optim.RMSprop, {"lr": 0.1, "weight_decay": 0.1, "momentum": 0.9}
    yield optim.RMSprop, {"lr": 0.1, "alpha": 0.5, "momentum": 0.5, "centered": True}
    yield optim.Adagrad, {"lr": 0.01}
    yield optim.Adagrad, {"lr": 0.1, "lr_decay": 0.5, "weight_decay": 0.1}
    yield optim.Adagrad, {"lr": 0.1, "initial_accumulator_value": 0.25, "eps": 1e-6}
    yield optim.Adamax, {"lr": 0.002}
    yield optim.Adamax, {"lr": 0.1, "betas": (0.8, 0.99), "eps": 1e-6, "weight_decay": 0.1}
    yield optim.NAdam, {"lr": 0.002}
    yield optim.NAdam, {"lr": 0.1, "betas": (0.8, 0.99), "weight_decay": 0.1, "momentum_decay": 0.01}
    yield optim.NAdam, {"lr": 0.1, "eps": 1e-6, "weight_decay": 0.1, "decoupled_weight_decay": True}
    yield optim.RAdam, {"lr": 0.001}
    yield optim.RAdam, {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-6, "weight_decay": 0.1}
    yield optim.RAdam, {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True}


def schedulers():
    s = lr_scheduler
    yield lambda o: s.StepLR(o, 3), {}
    yield lambda o: s.StepLR(o, 5, gamma=0.5), {}
    yield lambda o: s.MultiStepLR(o, [2, 5, 5]), {}
    yield lambda o: s.MultiStepLR(o, [0, 9], gamma=0.5), {}
    yield lambda o: s.ExponentialLR(o, 0.9), {}
    yield lambda o: s.LinearLR(o), {}
    yield lambda o: s.LinearLR(o, 0.5, end_factor=0.25, total_iters=8), {}
    yield lambda o: s.PolynomialLR(o), {}
    yield lambda o: s.PolynomialLR(o, 9, power=2.0), {}
    yield lambda o: s.CosineAnnealingLR(o, 5), {}
    yield lambda o: s.CosineAnnealingLR(o, 12, eta_min=0.125), {}
    yield lambda o: s.CosineAnnealingWarmRestarts(o, 4), {}
    yield lambda o: s.CosineAnnealingWarmRestarts(o, 2, 3, eta_min=0.125), {"steps": 20}
    yield lambda o: s.OneCycleLR(o, 0.5, total_steps=12), {"steps": 12}
    yield lambda o: s.OneCycleLR(o, 0.5, epochs=3, steps_per_epoch=4, anneal_strategy="linear"), {"steps": 12}
    three = {"div_factor": 10.0, "final_div_factor": 100.0, "three_phase": True}
    fixed = {"pct_start": 0.4, "cycle_momentum": False} | three
    yield lambda o: s.OneCycleLR(o, 2.0, total_steps=15, **fixed), {"steps": 15}
    moved = {"pct_start": 0.4, "base_momentum": 0.7, "max_momentum": 0.9} | three
    yield lambda o: s.OneCycleLR(o, 2.0, total_steps=15, **moved), {"steps": 15}
    values = [1.0, 0.9, 0.9, 0.90001, 0.95, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6]
    yield lambda o: s.ReduceLROnPlateau(o, patience=1), {"values": values}
    more = {"threshold": 0.2, "threshold_mode": "abs", "cooldown": 2, "min_lr": 0.01}
    yield lambda o: s.ReduceLROnPlateau(o, "max", factor=0.5, patience=0, **more), {"values": values}
    yield lambda o: s.ReduceLROnPlateau(o, patience=2, eps=0.5), {"values": [float("nan")] * 12}
    warm = lambda o: s.SequentialLR(o, [s.LinearLR(o, total_iters=3), s.CosineAnnealingLR(o, 9)], [3])
    yield warm, {}
    yield lambda o: s.SequentialLR(o, [s.StepLR(o, 2), s.ExponentialLR(o, 0.5), s.PolynomialLR(o)], [4, 7]), {"steps": 16}
    yield lambda o: s.SequentialLR(o, [s.ExponentialLR(o, 0.5), s.CosineAnnealingWarmRestarts(o, 3)], [2]), {"steps": 16}


def cases(kind):
    if kind == "criteria":
        return [criterion(made, **inputs) for made, inputs in criteria()]
    if kind == "optimizers":
        return [optimizer(cls, **kwargs) for cls, kwargs in optimizers()]
    return [schedule(make, **options) for make, options in schedulers()]
