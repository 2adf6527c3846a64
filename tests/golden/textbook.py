"""Writes textbook.json: the rules of Goodfellow, Bengio & Courville, "Deep Learning" (2016), chapter 8, in NumPy.

The gradient at w is m (a (w - t) + 0.05 w^3), minus that where a rule maximizes; m is 0 for the last element,
whose gradient is always 0. Beside them stand runs of PyTorch's rules that are related to these.
"""
import json
import os

import numpy as np
import torch

A = np.array([0.1, 0.5, 1.0, 2.0, 5.0, 1.0])
T = np.array([1.0, -2.0, 0.5, 3.0, -1.0, 1.0])
M = np.array([1.0, 1.0, 1.0, 1.0, 1.0, 0.0])
START = np.array([0.3, 0.2, -1.0, 0.0, 2.0, 0.7])
CHECKPOINTS = [1, 2, 10, 50, 100]


def gradient(w):
    return M * (A * (w - T) + 0.05 * w * w * w)


# Each is a generator of w after each step; g is the function to descend along.
def gradient_descent(w, g, lr):  # algorithm 8.1
    while True:
        w = w - lr * g(w)
        yield w


def momentum(w, g, lr, momentum=0.9):  # algorithm 8.2
    v = np.zeros_like(w)
    while True:
        v = momentum * v - lr * g(w)
        w = w + v
        yield w


def nesterov(w, g, lr, momentum=0.9):  # algorithm 8.3
    v = np.zeros_like(w)
    while True:
        v = momentum * v - lr * g(w + momentum * v)
        w = w + v
        yield w


def adagrad(w, g, lr, delta=1e-6):  # algorithm 8.4
    r = np.zeros_like(w)
    while True:
        d = g(w)
        r = r + d * d
        w = w - lr / (delta + np.sqrt(r)) * d
        yield w


def rmsprop(w, g, lr, decay=0.9, delta=1e-6):  # algorithm 8.5
    r = np.zeros_like(w)
    while True:
        d = g(w)
        r = decay * r + (1 - decay) * d * d
        w = w - lr / np.sqrt(delta + r) * d
        yield w


def rmsprop_nesterov(w, g, lr, momentum=0.9, decay=0.9):  # algorithm 8.6
    r, v = np.zeros_like(w), np.zeros_like(w)
    while True:
        d = g(w + momentum * v)
        r = decay * r + (1 - decay) * d * d
        step = np.zeros_like(w)
        np.divide(lr * d, np.sqrt(r), out=step, where=r != 0)
        v = momentum * v - step
        w = w + v
        yield w


def adam(w, g, lr, betas=(0.9, 0.999), delta=1e-6):  # algorithm 8.7
    s, r, t = np.zeros_like(w), np.zeros_like(w), 0
    while True:
        t = t + 1
        d = g(w)
        s = betas[0] * s + (1 - betas[0]) * d
        r = betas[1] * r + (1 - betas[1]) * d * d
        w = w - lr * (s / (1 - betas[0] ** t)) / (np.sqrt(r / (1 - betas[1] ** t)) + delta)
        yield w


RULES = {"GradientDescent": gradient_descent, "Momentum": momentum, "Nesterov": nesterov, "AdaGrad": adagrad,
         "RMSProp": rmsprop, "RMSPropNesterov": rmsprop_nesterov, "Adam": adam}


def at_checkpoints(steps):
    return [w.tolist() for t, w in zip(range(1, CHECKPOINTS[-1] + 1), steps) if t in CHECKPOINTS]


def run(rule, **options):
    # A rule that maximizes is shown minus the gradient, and so goes where this one goes.
    settings = {name: value for name, value in options.items() if name != "maximize"}
    steps = RULES[rule](START, gradient, **settings)
    return {"rule": rule, "options": options, "values": at_checkpoints(steps)}


def torch_steps(kind, constant, options):
    p = torch.tensor(START, requires_grad=True)
    optimizer = getattr(torch.optim, kind)([p], **options)
    for _ in range(CHECKPOINTS[-1]):
        p.grad = torch.tensor(gradient(START if constant else p.detach().numpy()))
        optimizer.step()
        yield p.detach().numpy().copy()


def torch_run(kind, constant=False, **options):
    return {"kind": kind, "options": options, "values": at_checkpoints(torch_steps(kind, constant, options))}


runs = [
    run("GradientDescent", lr=0.05),
    run("GradientDescent", lr=0.05, maximize=True),
    run("Momentum", lr=0.01),
    run("Momentum", lr=0.02, momentum=0.5, maximize=True),
    run("Nesterov", lr=0.01),
    run("Nesterov", lr=0.02, momentum=0.5, maximize=True),
    run("AdaGrad", lr=0.1),
    run("AdaGrad", lr=0.3, delta=0.1, maximize=True),
    run("RMSProp", lr=0.01),
    run("RMSProp", lr=0.02, decay=0.5, delta=0.1, maximize=True),
    run("RMSPropNesterov", lr=0.01),
    run("RMSPropNesterov", lr=0.005, momentum=0.5, decay=0.99, maximize=True),
    run("Adam", lr=0.05),
    run("Adam", lr=0.02, betas=[0.8, 0.95], delta=0.1, maximize=True),
]
related = {
    "Adagrad": torch_run("Adagrad", lr=0.1, eps=1e-6),
    "RMSprop": torch_run("RMSprop", lr=0.01, alpha=0.9, eps=1e-3),
    "RMSprop without eps": torch_run("RMSprop", lr=0.01, alpha=0.9, eps=1e-300),
    "RMSprop with momentum, constant gradient": torch_run(
        "RMSprop", constant=True, lr=0.01, alpha=0.9, eps=1e-300, momentum=0.8),
}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "textbook.json")
with open(path, "w") as f:
    json.dump({"numpy": np.__version__, "torch": torch.__version__, "a": A.tolist(), "t": T.tolist(),
               "m": M.tolist(), "start": START.tolist(), "checkpoints": CHECKPOINTS, "runs": runs,
               "related": related}, f, indent=1)
    f.write("\n")
