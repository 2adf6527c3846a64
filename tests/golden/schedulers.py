"""Writes schedulers.json: the learning rates and momenta of PyTorch's schedulers over 200 steps.

Each run has two groups of different rates and stands under the name that its test says; rows are what holds
before a step: the rate of each group, then, unless all are 0.5 throughout, the momentum of each (Adam's
first beta).
"""
import json
import math
import os
import warnings

import torch
from torch.optim.lr_scheduler import (ChainedScheduler, ConstantLR, CosineAnnealingLR,
                                      CosineAnnealingWarmRestarts, CyclicLR, ExponentialLR, LambdaLR,
                                      LinearLR, MultiplicativeLR, MultiStepLR, OneCycleLR, PolynomialLR,
                                      ReduceLROnPlateau, SequentialLR, StepLR)
from torch.optim.swa_utils import SWALR

warnings.simplefilter("ignore")
STEPS = 200
METRICS = [2 / (1 + t / 15) + 0.2 * math.sin(t * t) for t in range(STEPS)]


def row(optimizer):
    groups = optimizer.param_groups
    return [g["lr"] for g in groups] + [g["betas"][0] if "betas" in g else g["momentum"] for g in groups]


def run(make, kind="SGD", step=None):
    groups = [{"params": [torch.zeros(1, requires_grad=True)]},
              {"params": [torch.zeros(1, requires_grad=True)], "lr": 0.03}]
    optimizer = torch.optim.Adam(groups, lr=0.1) if kind == "Adam" else \
        torch.optim.SGD(groups, lr=0.1, momentum=0.5)
    scheduler = make(optimizer)
    rows = [row(optimizer)]
    for t in range(STEPS):
        optimizer.step()
        step(scheduler, t) if step else scheduler.step()
        rows.append(row(optimizer))
    return rows if any(r[2:] != [0.5, 0.5] for r in rows) else [r[:2] for r in rows]


def plateau(**options):
    return run(lambda o: ReduceLROnPlateau(o, **options), step=lambda s, t: s.step(METRICS[t]))


runs = {
    "LambdaLR": run(lambda o: LambdaLR(o, lambda e: 1 / (1 + e))),
    "LambdaLR, a function each": run(lambda o: LambdaLR(o, [lambda e: 1 / (1 + e), lambda e: 1 + e / 100])),
    "MultiplicativeLR": run(lambda o: MultiplicativeLR(o, lambda e: 1 - 1 / (e + 1))),
    "MultiplicativeLR, a function each": run(
        lambda o: MultiplicativeLR(o, [lambda e: 0.99, lambda e: 1 - 1 / (e + 1)])),
    "StepLR": run(lambda o: StepLR(o, 30)),
    "StepLR, gamma": run(lambda o: StepLR(o, 7, gamma=0.9)),
    "StepLR, each step": run(lambda o: StepLR(o, 1, gamma=0.98)),
    "MultiStepLR": run(lambda o: MultiStepLR(o, [30, 80, 150])),
    "MultiStepLR, gamma": run(lambda o: MultiStepLR(o, [120, 10, 10, 11], gamma=0.5)),
    "ConstantLR": run(lambda o: ConstantLR(o)),
    "ConstantLR, all": run(lambda o: ConstantLR(o, factor=0.7, total_iters=50)),
    "LinearLR": run(lambda o: LinearLR(o)),
    "LinearLR, all": run(lambda o: LinearLR(o, start_factor=0.9, end_factor=0.2, total_iters=120)),
    "LinearLR, to zero": run(lambda o: LinearLR(o, start_factor=1.0, end_factor=0.0, total_iters=50)),
    "ExponentialLR": run(lambda o: ExponentialLR(o, 0.97)),
    "PolynomialLR": run(lambda o: PolynomialLR(o)),
    "PolynomialLR, all": run(lambda o: PolynomialLR(o, total_iters=150, power=2.5)),
    "CosineAnnealingLR": run(lambda o: CosineAnnealingLR(o, 60)),
    "CosineAnnealingLR, eta_min": run(lambda o: CosineAnnealingLR(o, 27, eta_min=0.01)),
    "CosineAnnealingLR, each step": run(lambda o: CosineAnnealingLR(o, 1, eta_min=0.01)),
    "CosineAnnealingWarmRestarts": run(lambda o: CosineAnnealingWarmRestarts(o, 25)),
    "CosineAnnealingWarmRestarts, all": run(
        lambda o: CosineAnnealingWarmRestarts(o, 9, T_mult=2, eta_min=0.001)),
    "CosineAnnealingWarmRestarts, between": run(
        lambda o: CosineAnnealingWarmRestarts(o, 9, T_mult=2, eta_min=0.001),
        step=lambda s, t: s.step() if t % 50 == 49 else s.step(t / 2)),
    "CosineAnnealingWarmRestarts, between, all alike": run(
        lambda o: CosineAnnealingWarmRestarts(o, 7), step=lambda s, t: s.step(t / 4)),
    "CyclicLR": run(lambda o: CyclicLR(o, 0.01, 0.2, step_size_up=20)),
    "CyclicLR, triangular2": run(
        lambda o: CyclicLR(o, [0.01, 0.02], [0.2, 0.3], step_size_up=10, step_size_down=25, mode="triangular2",
                           base_momentum=[0.7, 0.75], max_momentum=[0.95, 0.85])),
    "CyclicLR, exp_range": run(
        lambda o: CyclicLR(o, 0.01, 0.2, step_size_up=15, mode="exp_range", gamma=0.99, base_momentum=0.6,
                           max_momentum=0.99)),
    "CyclicLR, scale_fn of cycles": run(
        lambda o: CyclicLR(o, 0.01, 0.2, step_size_up=15, scale_fn=lambda x: 1 / x, cycle_momentum=False)),
    "CyclicLR, scale_fn of steps": run(
        lambda o: CyclicLR(o, 0.01, 0.2, step_size_up=15, scale_fn=lambda x: 1 / (1 + x),
                           scale_mode="iterations")),
    "CyclicLR, defaults": run(lambda o: CyclicLR(o, 0.01, 0.2)),
    "OneCycleLR": run(lambda o: OneCycleLR(o, 0.5, total_steps=200)),
    "OneCycleLR, all": run(
        lambda o: OneCycleLR(o, [0.5, 0.2], epochs=23, steps_per_epoch=10, pct_start=0.4,
                             anneal_strategy="linear", base_momentum=[0.8, 0.7], max_momentum=[0.9, 0.99],
                             div_factor=10.0, final_div_factor=100.0, three_phase=True)),
    "OneCycleLR, Adam": run(lambda o: OneCycleLR(o, 0.5, total_steps=210, three_phase=True, pct_start=0.25),
                            kind="Adam"),
    "OneCycleLR, no momentum": run(
        lambda o: OneCycleLR(o, 0.5, total_steps=300, pct_start=0.0, cycle_momentum=False)),
    "ReduceLROnPlateau": plateau(),
    "ReduceLROnPlateau, all": plateau(factor=0.7, patience=3, threshold=0.05, threshold_mode="abs", cooldown=4,
                                      min_lr=[0.001, 0.002], eps=0.0005),
    "ReduceLROnPlateau, max": plateau(mode="max", factor=0.9, patience=1, threshold=0.1),
    "ReduceLROnPlateau, max abs": plateau(mode="max", factor=0.9, patience=2, threshold_mode="abs", min_lr=0.005),
    "SWALR": run(lambda o: SWALR(o, 0.05)),
    "SWALR, all": run(lambda o: SWALR(o, [0.5, 0.01], anneal_epochs=60, anneal_strategy="linear")),
    "SWALR, at once": run(lambda o: SWALR(o, 0.05, anneal_epochs=0)),
    "ChainedScheduler": run(
        lambda o: ChainedScheduler([ConstantLR(o, factor=0.1, total_iters=20), ExponentialLR(o, gamma=0.99),
                                    CosineAnnealingLR(o, 80)])),
    "SequentialLR": run(
        lambda o: SequentialLR(o, [LinearLR(o, 0.1, 1.0, 10), ExponentialLR(o, 0.95),
                                   CosineAnnealingLR(o, 60)], milestones=[10, 80])),
    "SequentialLR, of others": run(
        lambda o: SequentialLR(o, [ConstantLR(o, 0.5, 30), MultiplicativeLR(o, lambda e: 0.99),
                                   CosineAnnealingWarmRestarts(o, 7, 2), LambdaLR(o, lambda e: 1 / (1 + e)),
                                   SWALR(o, 0.02, 20)], milestones=[20, 60, 100, 150])),
    "SequentialLR, of cycles": run(
        lambda o: SequentialLR(o, [StepLR(o, 5, 0.8), OneCycleLR(o, 0.5, total_steps=100),
                                   CyclicLR(o, 0.01, 0.2, step_size_up=20)], milestones=[40, 130])),
    "SequentialLR, SWALR first": run(
        lambda o: SequentialLR(o, [SWALR(o, 0.05), PolynomialLR(o, 100), MultiStepLR(o, [0, 20])],
                               milestones=[30, 140])),
}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "schedulers.json")
with open(path, "w") as f:
    json.dump({"torch": torch.__version__, "metrics": METRICS}, f)
    f.seek(f.tell() - 1)
    f.write(',\n"runs": {\n')
    f.write(",\n".join(json.dumps(name) + ": " + json.dumps(rows) for name, rows in runs.items()))
    f.write("\n}}\n")
