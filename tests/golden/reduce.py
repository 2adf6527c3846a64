"""Writes reduce.json: sums, means, extrema and logic as PyTorch computes them."""
import json
import os

import torch

torch.manual_seed(0)


def entry(name, x, result, grad=None):
    e = {"name": name, "x": x.flatten().tolist(), "sizes": list(x.shape),
         "value": result.flatten().tolist(), "value_sizes": list(result.shape)}
    if grad is not None:
        e["grad"] = grad.flatten().tolist()
    return e


def run(name, x, f):
    x = x.detach().clone().requires_grad_()
    y = f(x)
    weight = torch.arange(1, y.numel() + 1, dtype=x.dtype).reshape(y.shape)
    (y * weight).sum().backward()
    return entry(name, x.detach(), y.detach(), x.grad)


inf = float("inf")
x = torch.randn(2, 3, 4, dtype=torch.float64)
ties = torch.tensor([[1., 3, 3], [2, 2, 2]], dtype=torch.float64)
zeros = torch.tensor([[1., 0, 3], [0, 2, 0], [4, 5, 6]], dtype=torch.float64)
cases = [
    run("sum", x, lambda x: x.sum()),
    run("sum 1", x, lambda x: x.sum(1)),
    run("sum 0,2 keep", x, lambda x: x.sum([0, -1], keepdim=True)),
    run("mean", x, lambda x: x.mean()),
    run("mean 0,1", x, lambda x: x.mean([0, 1])),
    run("prod", x, lambda x: x.prod()),
    run("prod 1", x, lambda x: x.prod(1)),
    run("prod zeros 1", zeros, lambda x: x.prod(1)),
    run("prod zeros", zeros[:1], lambda x: x.prod()),
    run("var", x, lambda x: x.var()),
    run("var 1 biased", x, lambda x: x.var(1, unbiased=False)),
    run("std 0,2 keep", x, lambda x: x.std([0, 2], keepdim=True)),
    run("std constant", ties, lambda x: x.std(1)),
    run("norm", x, lambda x: x.norm()),
    run("norm 1", x, lambda x: torch.norm(x, 1, 1)),
    run("norm 3", x, lambda x: torch.norm(x, 3, [0, 2])),
    run("norm 1.5", x, lambda x: torch.norm(x, 1.5, 2, keepdim=True)),
    run("norm 0.5", x, lambda x: torch.norm(x, 0.5, 2)),
    run("norm 0", zeros, lambda x: torch.norm(x, 0, 1)),
    run("norm inf", ties, lambda x: torch.norm(x, inf, 1)),
    run("norm -inf", ties, lambda x: torch.norm(x, -inf, 1)),
    run("norm zero", zeros[:0 + 1] * 0, lambda x: x.norm()),
    run("logsumexp 1", x, lambda x: x.logsumexp(1)),
    run("logsumexp 0,2 keep", x, lambda x: x.logsumexp([0, 2], keepdim=True)),
    run("max", ties, lambda x: x.max()),
    run("min", ties, lambda x: x.min()),
    run("max 1", ties, lambda x: x.max(1)[0]),
    run("min 0 keep", x, lambda x: x.min(0, keepdim=True)[0]),
    run("amax 1", ties, lambda x: x.amax(1)),
    run("amin", ties, lambda x: x.amin()),
    run("amax 0,2", x, lambda x: x.amax([0, 2])),
    run("cumsum 1", x, lambda x: x.cumsum(1)),
    entry("argmax", x, x.argmax()),
    entry("argmax 1", ties, ties.argmax(1)),
    entry("argmin 0 keep", x, x.argmin(0, keepdim=True)),
]
path = os.path.splitext(__file__)[0] + ".json"
with open(path, "w") as f:
    rows = ",\n".join(json.dumps(case) for case in cases)
    f.write('{"pytorch": "%s", "cases": [\n%s\n]}\n' % (torch.__version__, rows))
