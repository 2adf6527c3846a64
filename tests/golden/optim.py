"""Writes optim.json: parameters after some of 500 steps of PyTorch's optimizers, in double.

The gradient at p is a (p - t) + 0.05 p^3, minus that where the optimizer maximizes. LBFGS descends
Rosenbrock's function of several variables instead, sum of 100 (x[i+1] - x[i]^2)^2 + (1 - x[i])^2.
Where v may shrink to nothing, lr / eps is small enough for the minimum to be stable: around one that is
not, the last bit of each step grows to a difference that anyone can see.
"""
import inspect
import json
import os

import torch

A = torch.tensor([0.1, 0.5, 1.0, 2.0, 5.0], dtype=torch.float64)
T = torch.tensor([1.0, -2.0, 0.5, 3.0, -1.0], dtype=torch.float64)
START = [0.3, 0.2, -1.0, 0.0, 2.0]
CHECKPOINTS = [1, 2, 10, 100, 500]


def gradient(p):
    return A * (p - T) + 0.05 * p * p * p


def rosenbrock(p):
    return (100 * (p[1:] - p[:-1] ** 2) ** 2 + (1 - p[:-1]) ** 2).sum()


def make(kind, p, options):
    """The optimizer, and whether it maximizes by itself; the others are given -gradient to do so."""
    rule = getattr(torch.optim, kind)
    options = dict(options)
    itself = "maximize" in inspect.signature(rule).parameters
    maximize = options.get("maximize", False) if itself else options.pop("maximize", False)
    return rule([p], **options), maximize and itself


def run(kind, **options):
    p = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer, maximizes = make(kind, p, options)
    sign = -1 if maximizes else 1
    values = []
    for step in range(1, CHECKPOINTS[-1] + 1):
        with torch.no_grad():
            p.grad = sign * gradient(p)
        optimizer.step()
        if step in CHECKPOINTS:
            values.append(p.detach().tolist())
    return {"kind": kind, "options": options, "values": values}


def run_closure(kind, **options):
    p = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer, maximizes = make(kind, p, options)
    assert not maximizes

    def closure():
        optimizer.zero_grad()
        loss = rosenbrock(p)
        loss.backward()
        return loss

    values = []
    for step in range(1, CHECKPOINTS[-1] + 1):
        optimizer.step(closure)
        if step in CHECKPOINTS:
            values.append(p.detach().tolist())
    return {"kind": kind, "options": options, "values": values}


runs = [
    run("SGD", lr=0.05),
    run("SGD", lr=0.01, momentum=0.9),
    run("SGD", lr=0.01, momentum=0.9, dampening=0.3, weight_decay=0.1),
    run("SGD", lr=0.01, momentum=0.9, nesterov=True, weight_decay=0.01),
    run("SGD", lr=0.02, momentum=0.5, maximize=True),
    run("Adam", lr=0.01),
    run("Adam", lr=0.02, betas=[0.8, 0.95], eps=0.1, weight_decay=0.1),
    run("Adam", lr=0.05, amsgrad=True),
    run("Adam", lr=0.01, maximize=True),
    run("AdamW", lr=0.01),
    run("AdamW", lr=0.02, betas=[0.7, 0.9], eps=0.01, weight_decay=0.3, amsgrad=True),
    run("AdamW", lr=0.01, maximize=True, weight_decay=0.0),
    run("ASGD", lr=0.05),
    run("ASGD", lr=0.1, lambd=0.02, alpha=0.6, t0=20, weight_decay=0.1),
    run("ASGD", lr=0.02, maximize=True),
    run("Adadelta", lr=1.0),
    run("Adadelta", lr=0.5, rho=0.8, eps=1e-4, weight_decay=0.1),
    run("Adadelta", lr=2.0, maximize=True),
    run("Adagrad", lr=0.1),
    run("Adagrad", lr=0.3, lr_decay=0.01, weight_decay=0.1, initial_accumulator_value=0.5, eps=0.01),
    run("Adagrad", lr=0.2, maximize=True),
    run("Adamax", lr=0.01),
    run("Adamax", lr=0.02, betas=[0.8, 0.95], eps=0.1, weight_decay=0.1),
    run("Adamax", lr=0.01, maximize=True),
    run("NAdam", lr=0.01),
    run("NAdam", lr=0.02, betas=[0.8, 0.95], eps=0.1, weight_decay=0.1, momentum_decay=0.02),
    run("NAdam", lr=0.01, maximize=True),
    run("RAdam", lr=0.01),
    run("RAdam", lr=0.02, betas=[0.8, 0.95], eps=0.1, weight_decay=0.1),
    run("RAdam", lr=0.03, betas=[0.9, 0.6]),
    run("RAdam", lr=0.01, maximize=True),
    run("RMSprop", lr=0.001),
    run("RMSprop", lr=0.01, alpha=0.9, eps=0.1, weight_decay=0.1),
    run("RMSprop", lr=0.001, momentum=0.8, eps=0.01),
    run("RMSprop", lr=0.001, centered=True, eps=0.1),
    run("RMSprop", lr=0.001, centered=True, momentum=0.5, eps=0.1, maximize=True),
    run("Rprop", lr=0.01),
    run("Rprop", lr=0.1, etas=[0.4, 1.1], step_sizes=[1e-5, 0.15]),
    run("Rprop", lr=0.02, maximize=True),
    run_closure("LBFGS", lr=0.5, max_iter=1),
    run_closure("LBFGS", lr=1.0, max_iter=3, line_search_fn="strong_wolfe"),
    run_closure("LBFGS", lr=0.8, max_iter=6, max_eval=5, history_size=3, tolerance_grad=1e-6,
                tolerance_change=1e-8, line_search_fn="strong_wolfe"),
    run_closure("LBFGS", lr=0.3, max_iter=4, history_size=5, maximize=True),
]

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "optim.json")
with open(path, "w") as f:
    f.write(json.dumps({"torch": torch.__version__, "a": A.tolist(), "t": T.tolist(), "start": START,
                        "checkpoints": CHECKPOINTS})[:-1])
    f.write(', "runs": [\n' + ",\n".join(json.dumps(run) for run in runs) + "\n]}\n")
