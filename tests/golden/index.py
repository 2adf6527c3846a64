"""Writes index.json: random index expressions, read and written, as PyTorch evaluates them.

x = arange of a shape. A read has the result and the gradient of (result * (1, 2, ...)).sum(); a
write has the values, what x becomes, and the gradients of x and of the values for the weights
(1, 2, ...) on the written tensor. Both may have an error instead.
Run: python3 tests/golden/index.py
"""
import json
import os
import random

import torch

random.seed(11)


def arange(shape):
    n = 1
    for s in shape:
        n *= s
    return torch.arange(n, dtype=torch.double).reshape(shape)


def weights(t):
    return torch.arange(1, t.numel() + 1, dtype=torch.double).reshape(t.shape)


def entries(shape):
    """JSON entries of a random expression."""
    out = []
    left = list(shape)
    common = [[], [2], [3], [2, 1], [1, 3]]
    broadcast = random.choice(common)
    bad = random.random() < 0.06
    used_ellipsis = False
    while left and random.random() < 0.9:
        k = random.random()
        size = left[0]
        if k < 0.2 and size:
            i = random.randrange(-size, size)
            out.append(["int", i + (9 if bad else 0)])
            left.pop(0)
        elif k < 0.45:
            ends = [None] + list(range(-4, 5))
            out.append(["slice", random.choice(ends), random.choice(ends),
                        random.choice([None, 1, 2])])
            left.pop(0)
        elif k < 0.52:
            out.append(["none"])
        elif k < 0.6 and not used_ellipsis:
            used_ellipsis = True
            out.append(["ellipsis"])
            keep = random.randint(0, len(left))
            left = left[len(left) - keep:]
        elif k < 0.63:
            out.append(["bool", random.random() < 0.7])
        elif k < 0.78 and size:
            rank = random.choice([1, 1, 2]) if len(left) > 1 else 1
            ms = left[:rank]
            if bad:
                ms[-1] += 1
            n = 1
            for s in ms:
                n *= s
            out.append([random.choice(["mask", "mask", "byte"]), ms,
                        [int(random.random() < 0.5) for _ in range(n)]])
            left = left[rank:]
        elif size:
            s = [d if random.random() < 0.7 else 1 for d in broadcast]
            if random.random() < 0.15:
                s = s[1:]
            n = 1
            for d in s:
                n *= d
            out.append(["tensor", s, [random.randrange(-size, size) + (9 if bad else 0)
                                      for _ in range(n)]])
            left.pop(0)
    return out or [["ellipsis"]]


def to_index(e):
    kind = e[0]
    if kind == "int":
        return e[1]
    if kind == "slice":
        return slice(*e[1:])
    if kind == "none":
        return None
    if kind == "ellipsis":
        return Ellipsis
    if kind == "bool":
        return e[1]
    dtype = {"mask": torch.bool, "byte": torch.uint8, "tensor": torch.long}[kind]
    return torch.tensor(e[2], dtype=dtype).reshape(e[1])


def first_line(e):
    return str(e).split("\n")[0]


def case(write):
    shape = [random.randint(1, 4) for _ in range(random.randint(1, 4))]
    if random.random() < 0.05:
        shape[random.randrange(len(shape))] = 0
    es = entries(shape)
    index = tuple(to_index(e) for e in es)
    x = arange(shape).requires_grad_()
    result = {"shape": shape, "index": es}
    try:
        y = x[index]
    except Exception as e:
        result["error"] = first_line(e)
        if write:
            return None
        return result
    if not write:
        g, = torch.autograd.grad((y * weights(y)).sum(), x)
        result.update(sizes=list(y.shape), values=y.flatten().tolist(), grad=g.flatten().tolist())
        return result
    vs = [d if random.random() < 0.8 else 1 for d in y.shape]
    k = random.random()
    if k < 0.25:
        vs = []
    elif k < 0.4:
        vs = vs[random.randint(0, len(vs)):]
    elif k < 0.5:
        vs = [1] + vs
    elif k < 0.55:
        vs = [7] + vs
    v = (arange(vs) + 100).requires_grad_()
    # A place written twice has no defined value: keep to cases without.
    seen = arange(shape)[index].flatten().tolist()
    if len(set(seen)) != len(seen):
        return None
    result["value_sizes"] = vs
    z = x * 1
    try:
        z[index] = v
    except Exception as e:
        result["error"] = first_line(e)
        return result
    gx, gv = torch.autograd.grad((z * weights(z)).sum(), (x, v), allow_unused=True)
    result.update(values=z.flatten().tolist(), grad=gx.flatten().tolist())
    if gv is not None:
        result["value_grad"] = gv.flatten().tolist()
    return result


reads = [case(False) for _ in range(250)]
writes = [c for c in (case(True) for _ in range(400)) if c][:200]
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "index.json")
with open(path, "w") as f:
    json.dump({"made_by": "torch " + torch.__version__, "reads": reads, "writes": writes}, f,
              separators=(",", ":"))
    f.write("\n")
print(len(reads), "reads,", len(writes), "writes,",
      sum("error" in c for c in reads), sum("error" in c for c in writes), "errors")
