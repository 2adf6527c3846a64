"""Writes view.json: random chains of views of one tensor, as PyTorch makes them.

Each case has the shape of x = arange, the steps, and either the sizes, strides, offset and values
of the result with the gradient of (result * (1, 2, 3, ...)).sum(), or the error.
Run: python3 tests/golden/view.py
"""
import json
import os
import random

import torch

random.seed(7)


def step(t):
    """A random view of t: its name and arguments."""
    d = t.dim()
    dim = lambda: random.randrange(-d, d) if d else 0
    kind = random.choice(["transpose", "permute", "select", "slice", "narrow", "expand", "squeeze",
                          "squeeze_dim", "unsqueeze", "view", "reshape", "flatten", "diagonal",
                          "unfold", "t", "movedim", "unflatten", "split", "chunk", "unbind"])
    if kind in ("transpose", "movedim"):
        return [kind, dim(), dim()]
    if kind == "permute":
        return [kind] + random.sample(range(d), d)
    if kind == "select":
        a = dim()
        return [kind, a, random.randint(-3, 3)]
    if kind == "slice":
        return [kind, dim(), random.randint(-4, 4), random.randint(-4, 6), random.randint(1, 2)]
    if kind == "narrow":
        return [kind, dim(), random.randint(0, 2), random.randint(0, 3)]
    if kind == "expand":
        sizes = [s if s != 1 else random.choice([1, 2, 3]) for s in t.shape]
        if random.random() < 0.4 and len(sizes) < 5:
            sizes = [2] + [random.choice([s, -1]) for s in sizes]
        return [kind] + sizes
    if kind in ("squeeze", "t"):
        return [kind]
    if kind == "squeeze_dim":
        return [kind, dim()]
    if kind == "unsqueeze":
        return [kind, random.randint(-d - 1, d)]
    if kind in ("view", "reshape"):
        n = t.numel()
        sizes = []
        while n > 1 and len(sizes) < 3:
            f = random.choice([k for k in range(1, n + 1) if n % k == 0])
            sizes.append(f)
            n //= f
        sizes.append(n)
        if random.random() < 0.3:
            sizes[random.randrange(len(sizes))] = -1
        return [kind] + sizes
    if kind == "flatten":
        return [kind, dim(), dim()]
    if kind == "diagonal":
        return [kind, random.randint(-1, 1), dim(), dim()]
    if kind == "unfold":
        return [kind, dim(), random.randint(1, 3), random.randint(1, 2)]
    if kind == "unflatten":
        a = dim()
        return [kind, a, random.choice([-1, 1, 2]), random.choice([1, 2, 3])]
    if kind in ("split", "chunk"):
        return [kind, random.randint(0, 3), dim(), random.randint(0, 1)]
    return [kind, dim(), random.randint(0, 1)]


def apply(t, s):
    kind, a = s[0], s[1:]
    if kind == "slice":
        return torch.ops.aten.slice(t, *a)
    if kind == "squeeze_dim":
        return t.squeeze(a[0])
    if kind in ("permute", "expand", "view", "reshape"):
        return getattr(t, kind)(a)
    if kind == "unflatten":
        return t.unflatten(a[0], (a[1], a[2]))
    if kind in ("split", "chunk"):
        return getattr(t, kind)(a[0], a[1])[a[2]]
    if kind == "unbind":
        return t.unbind(a[0])[a[1]]
    return getattr(t, kind)(*a)


def case():
    shape = [random.randint(1, 4) for _ in range(random.randint(0, 4))]
    if random.random() < 0.1 and shape:
        shape[random.randrange(len(shape))] = 0
    n = 1
    for s in shape:
        n *= s
    x = torch.arange(n, dtype=torch.double).reshape(shape).requires_grad_()
    t, steps = x, []
    while len(steps) < 4:
        s = step(t)
        try:
            t = apply(t, s)
        except Exception as e:
            if isinstance(e, IndexError) and s[0] in ("split", "chunk", "unbind"):
                if "out of range" in str(e) and "Dimension" not in str(e):
                    continue  # Python's list, not PyTorch
            if random.random() < 0.9:
                continue  # few errors
            steps.append(s)
            return {"shape": shape, "steps": steps, "error": True}
        steps.append(s)
        if t.numel() > 400:
            break
    weights = torch.arange(1, t.numel() + 1, dtype=torch.double).reshape(t.shape)
    g, = torch.autograd.grad((t * weights).sum(), x)
    return {"shape": shape, "steps": steps, "sizes": list(t.shape), "strides": list(t.stride()),
            "offset": t.storage_offset(), "values": t.flatten().tolist(),
            "grad": g.flatten().tolist()}


cases = [case() for _ in range(250)]
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "view.json")
with open(path, "w") as f:
    json.dump({"made_by": "torch " + torch.__version__, "cases": cases}, f, separators=(",", ":"))
    f.write("\n")
print(len(cases), "cases,", sum("error" in c for c in cases), "errors")
