"""Writes strides.json: the strides that PyTorch gives to results of inputs that are permuted, sliced or
broadcast."""
import json
import os

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
DTYPES = {"Float": torch.float32, "Double": torch.float64, "Int": torch.int32, "Bool": torch.bool}


# What an input looks like is told by a word.
def make(look, dtype):
    def filled(*sizes):
        n = 1
        for size in sizes:
            n *= size
        return (torch.arange(n, dtype=torch.float64).reshape(sizes) % 7 + 1).to(DTYPES[dtype])
    return {"plain": lambda: filled(2, 3, 4),
            "permuted": lambda: filled(4, 2, 3).permute(1, 2, 0),
            "turned": lambda: filled(4, 3, 2).permute(2, 1, 0),
            "sliced": lambda: filled(4, 3, 5).permute(2, 1, 0)[::2][:2],
            "expanded": lambda: filled(4, 3, 1).permute(2, 1, 0).expand(2, 3, 4),
            "row": lambda: filled(4),
            "column": lambda: filled(3, 1),
            "point": lambda: filled()}[look]()


UNARY = {name: getattr(torch, name) for name in
         "abs sqrt exp tanh erf lgamma sigmoid relu round neg isnan logical_not square clone cumsum0 tril".split()
         if hasattr(torch, name)}
UNARY.update({"gelu": F.gelu, "silu": F.silu, "elu": F.elu, "softplus": F.softplus, "leaky_relu": F.leaky_relu,
              "flip 0": lambda x: x.flip(0), "flip 0 2": lambda x: x.flip((0, 2)), "roll": lambda x: x.roll(1, 0),
              "clamp": lambda x: x.clamp(1, 2), "clamp real": lambda x: x.clamp(1.5, 2), "add 1": lambda x: x + 1,
              "add 1.5": lambda x: x + 1.5, "pow 2": lambda x: x ** 2, "to double": lambda x: x.double(),
              "eq 1": lambda x: x == 1, "masked_fill": lambda x: x.masked_fill(x > 2, 0),
              "zeros_like": torch.zeros_like, "cumsum": lambda x: x.cumsum(0)})
BINARY = {name: getattr(torch, name) for name in "add atan2 remainder eq".split()}
BINARY.update({"where": lambda a, b: torch.where(a > 2, a, b), "lerp": lambda a, b: torch.lerp(a, b, .5),
               "addcmul": lambda a, b: torch.addcmul(a, a, b), "isclose": torch.isclose,
               "where of condition": lambda a, b: torch.where(b > 2, 1., a.double())})
LOOKS = ["plain", "permuted", "turned", "sliced", "expanded"]
PAIRS = [("Float", "Float"), ("Float", "Double"), ("Int", "Float"), ("Double", "Int")]
lines = []


def record(op, looks, dtypes, f):
    try:
        y = f()
    except RuntimeError:
        return
    lines.append(json.dumps([op, looks, dtypes, list(y.stride())]))


for name, op in UNARY.items():
    for look in LOOKS:
        for dtype in ("Float", "Int"):
            if name in ("gelu", "silu", "elu", "softplus", "leaky_relu") and dtype == "Int":
                continue
            record(name, [look], [dtype], lambda: op(make(look, dtype)))
for name, op in BINARY.items():
    for a in LOOKS:
        for b in LOOKS + ["row", "column", "point"]:
            for da, db in PAIRS:
                if name == "lerp" and da != db or name == "isclose" and da != db:
                    continue
                record(name, [a, b], [da, db], lambda: op(make(a, da), make(b, db)))
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "strides.json"), "w") as f:
    f.write('{"torch": %s,\n"cases": [\n%s\n]}\n' % (json.dumps(torch.__version__), ",\n".join(lines)))
