"""Writes clip_grad.json: PyTorch's gradients of two parameters after clipping, and the norm it returns."""
import json
import math
import os

import torch

GRADS = [[3.0, -0.5, 0.0, 2.0], [-1.25, 4.0]]


def parameters():
    result = []
    for grad in GRADS:
        result.append(torch.zeros(len(grad), dtype=torch.float64, requires_grad=True))
        result[-1].grad = torch.tensor(grad, dtype=torch.float64)
    return result


def run(max_norm, norm_type):
    p = parameters()
    norm = torch.nn.utils.clip_grad_norm_(p, max_norm, math.inf if norm_type == "inf" else norm_type)
    return {"max_norm": max_norm, "norm_type": norm_type, "norm": norm.item(), "grads": [q.grad.tolist() for q in p]}


def run_value(clip_value):
    p = parameters()
    torch.nn.utils.clip_grad_value_(p, clip_value)
    return {"clip_value": clip_value, "grads": [q.grad.tolist() for q in p]}


norms = [run(max_norm, norm_type) for norm_type in (1.0, 2.0, 3.5, "inf") for max_norm in (0.5, 2.0, 100.0)]
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "clip_grad.json")
with open(path, "w") as f:
    json.dump({"torch": torch.__version__, "grads": GRADS, "norms": norms,
               "values": [run_value(0.75), run_value(3.5)]}, f, indent=1)
    f.write("\n")
