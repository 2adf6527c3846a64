"""Writes optim.json: parameters after some of 500 steps of PyTorch's optimizers, in double.

The gradient at p is a (p - t) + 0.05 p^3, minus that where the optimizer maximizes.
Where v may shrink to nothing, lr / eps is small enough for the minimum to be stable: around one that is
not, the last bit of each step grows to a difference that anyone can see.
"""
import json
import os

import torch

A = torch.tensor([0.1, 0.5, 1.0, 2.0, 5.0], dtype=torch.float64)
T = torch.tensor([1.0, -2.0, 0.5, 3.0, -1.0], dtype=torch.float64)
START = [0.3, 0.2, -1.0, 0.0, 2.0]
CHECKPOINTS = [1, 2, 10, 100, 500]


def run(kind, **options):
    p = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer = getattr(torch.optim, kind)([p], **options)
    values = []
    sign = -1 if options.get("maximize") else 1
    for step in range(1, CHECKPOINTS[-1] + 1):
        with torch.no_grad():
            p.grad = sign * (A * (p - T) + 0.05 * p * p * p)
        optimizer.step()
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
    run("AdamW", lr=0.02, betas=[0.7, 0.9], weight_decay=0.3, amsgrad=True),
    run("AdamW", lr=0.01, maximize=True, weight_decay=0.0),
]
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "optim.json")
with open(path, "w") as f:
    json.dump({"torch": torch.__version__, "a": A.tolist(), "t": T.tolist(), "start": START,
               "checkpoints": CHECKPOINTS, "runs": runs}, f, indent=1)
    f.write("\n")
