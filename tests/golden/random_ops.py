"""Writes random_ops.json: what PyTorch's random ops give through tensors after manual_seed.
Run: python3 tests/golden/random_ops.py
"""
import json
import os

import torch

CASES = {
    "rand": lambda: torch.rand(3, 5),
    "randn small": lambda: torch.randn(7),
    "randn": lambda: torch.randn(5, 5),
    "randn double": lambda: torch.randn(20, dtype=torch.double),
    "randint": lambda: torch.randint(-3, 9, (10,)),
    "randint large": lambda: torch.randint(0, 2**40, (5,)),
    "randperm": lambda: torch.randperm(12),
    "bernoulli_ p": lambda: torch.zeros(20).bernoulli_(0.3),
    "bernoulli_ tensor": lambda: torch.zeros(4, 5).bernoulli_(torch.linspace(0, 1, 5)),
    "bernoulli": lambda: torch.bernoulli(torch.full((20,), 0.6)),
    "uniform_ transposed": lambda: torch.zeros(4, 3).t().uniform_(-1, 1),
    "uniform_ sliced": lambda: torch.zeros(4, 6)[:, ::2].uniform_(0, 2),
    "uniform_ permuted": lambda: torch.zeros(2, 3, 4).permute(2, 0, 1).uniform_(),
    "normal_ transposed": lambda: torch.zeros(5, 4).t().normal_(1, 2),
    "normal_ sliced": lambda: torch.zeros(10, 4)[::2].normal_(),
    "bernoulli_ transposed": lambda: torch.zeros(4, 5).t().bernoulli_(0.5),
    "bernoulli_ tensor transposed": lambda: torch.zeros(4, 3).t().bernoulli_(
        torch.linspace(0, 1, 12).reshape(3, 4)),
    "random_ transposed": lambda: torch.zeros(3, 4, dtype=torch.long).t().random_(0, 100),
    "random_": lambda: torch.zeros(6).random_(),
    "random_ int16": lambda: torch.zeros(6, dtype=torch.int16).random_(),
    "random_ from": lambda: torch.zeros(6, dtype=torch.long).random_(5, None),
    "exponential_": lambda: torch.zeros(6).exponential_(2),
    "log_normal_ transposed": lambda: torch.zeros(5, 4).t().log_normal_(0.5, 0.3),
    "cauchy_ sliced": lambda: torch.zeros(4, 6, dtype=torch.double)[:, ::2].cauchy_(1, 0.5),
    "geometric_ int64": lambda: torch.zeros(20, dtype=torch.long).geometric_(0.3),
    "rand_like transposed": lambda: torch.rand_like(torch.zeros(3, 4).t()),
    "randn_like transposed": lambda: torch.randn_like(torch.zeros(5, 4).t()),
    "normal": lambda: torch.normal(2.0, 0.5, (18,)),
}

cases = {}
for name, make in CASES.items():
    torch.manual_seed(42)
    value = make()
    after = torch.rand(1).item()  # how far the generator has moved
    cases[name] = {"sizes": list(value.shape), "values": value.flatten().tolist(), "after": after}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "random_ops.json")
with open(path, "w") as f:
    json.dump({"made_by": "torch " + torch.__version__, "cases": cases}, f, indent=1)
    f.write("\n")
