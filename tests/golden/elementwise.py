"""Writes elementwise.json: elementwise ops as PyTorch computes them, with dtypes, strides, gradients
and the texts of errors."""
import json
import math
import os
import warnings

import torch

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
inf, nan = float("inf"), float("nan")

DTYPES = {"Byte": torch.uint8, "Char": torch.int8, "Short": torch.int16, "Int": torch.int32,
          "Long": torch.int64, "Float": torch.float32, "Double": torch.float64, "Bool": torch.bool}
NAMES = {v: k for k, v in DTYPES.items()}


def numbers(t):
    """Values that JSON can hold: NaN and infinities as text."""
    def one(v):
        if isinstance(v, float) and not math.isfinite(v):
            return str(v)
        return v
    return [one(v) for v in t.detach().flatten().tolist()]


def outcome(f):
    try:
        y = f()
    except RuntimeError as e:
        return {"error": str(e).split("\n")[0]}
    return {"dtype": NAMES[y.dtype], "sizes": list(y.shape), "strides": list(y.stride()),
            "values": numbers(y)}


# -- promotion: the dtype of a + b for tensors, 0-d tensors and numbers
def dtype_of(a, b):
    return NAMES[torch.result_type(a, b)]


def kinds(dtype):
    return [torch.ones(2, dtype=dtype), torch.ones((), dtype=dtype)]


promotion = []
for da in DTYPES.values():
    for db in DTYPES.values():
        for a_rank, a in enumerate(kinds(da)):
            for b_rank, b in enumerate(kinds(db)):
                promotion.append([NAMES[da], 1 - a_rank, NAMES[db], 1 - b_rank, dtype_of(a, b)])
numbers_promotion = []
for da in DTYPES.values():
    for a_rank, a in enumerate(kinds(da)):
        for b in (True, 2, 2.5):
            numbers_promotion.append([NAMES[da], 1 - a_rank, type(b).__name__, dtype_of(a, b)])

# -- unary
REAL = [0., -0., inf, -inf, nan, 1., -1., .5, -.5, 2.5, -2.5, 1.5, 3., 20., -20., .001, -7.25, 30.5]
UNARY = ("abs sign square sqrt rsqrt reciprocal exp expm1 log log1p log2 log10 sin cos tan asin acos "
         "atan sinh cosh tanh erf erfc lgamma digamma sigmoid relu floor ceil round trunc frac neg "
         "isnan isinf isfinite logical_not").split()
INTEGERS = {"Byte": [0, 1, 3, 255], "Char": [0, 1, -3, -128], "Int": [0, 1, -3, -2147483648],
            "Long": [0, 1, -3, -9223372036854775808], "Bool": [True, False]}
unary = []
for name in UNARY:
    op = getattr(torch, name)
    for dtype in ("Float", "Double"):
        x = torch.tensor(REAL, dtype=DTYPES[dtype])
        e = {"op": name, "input": dtype, "x": numbers(x), **outcome(lambda: op(x))}
        if dtype == "Double" and not name.startswith(("is", "logical")):
            leaf = x.clone().requires_grad_()
            op(leaf).sum().backward()
            e["grad"] = numbers(leaf.grad)
        unary.append(e)
    for dtype, values in INTEGERS.items():
        x = torch.tensor(values, dtype=DTYPES[dtype])
        unary.append({"op": name, "input": dtype, "x": values, **outcome(lambda: op(x))})

# -- binary
BINARY = {name: getattr(torch, name) for name in
          ("add sub mul div floor_divide remainder fmod pow maximum minimum atan2 eq ne lt le gt ge "
           "logical_and logical_or logical_xor").split()}
BINARY["div trunc"] = lambda a, b: torch.div(a, b, rounding_mode="trunc")
BINARY["div floor"] = lambda a, b: torch.div(a, b, rounding_mode="floor")
BINARY["add 3"] = lambda a, b: torch.add(a, b, alpha=3)
BINARY["sub 3"] = lambda a, b: torch.sub(a, b, alpha=3)
A = [5., -5., 0., -0., inf, -inf, nan, 3., 2., -2.5, 7., 1e30, .5, 0.]
B = [-3., 3., 2., 0., 2., 2., 1., nan, inf, 2., -7., 2., .5, 0.]
PAIRS = [("Float", "Float"), ("Double", "Double"), ("Long", "Float"), ("Int", "Long"),
         ("Byte", "Char"), ("Byte", "Byte"), ("Bool", "Bool"), ("Bool", "Long"),
         ("Double", "Float"), ("Short", "Short")]
WHOLE_A = {"Bool": [1, 0, 1, 0], "Byte": [7, 200, 255, 0], "Short": [7, -7, 32767, -32768],
           "Char": [7, -7, 127, -128], "Int": [7, -7, 2147483647, -2147483648],
           "Long": [7, -7, 9223372036854775807, -9223372036854775807]}
WHOLE_B = {"Bool": [1, 1, 0, 0], "Byte": [2, 3, 255, 1], "Short": [2, 3, 2, -2],
           "Char": [2, 3, 2, -2], "Int": [2, 3, 2, -1], "Long": [2, 3, 2, -1]}
binary = []
for name, op in BINARY.items():
    for da, db in PAIRS:
        real = not (da in WHOLE_A and db in WHOLE_B)
        if da in WHOLE_A:
            av = WHOLE_A[da] if not real else [5, -5, 0, 7]
        else:
            av = A
        bv = WHOLE_B[db] if db in WHOLE_B else B[:len(av)]
        a = torch.tensor(av, dtype=DTYPES[da])
        b = torch.tensor(bv, dtype=DTYPES[db])
        e = {"op": name, "dtypes": [da, db], "a": numbers(a), "b": numbers(b),
             **outcome(lambda: op(a, b))}
        if da == db == "Double" and name != "floor_divide":
            a.requires_grad_(), b.requires_grad_()
            y = op(a, b)
            if y.requires_grad:
                y.sum().backward()
                e["grads"] = [numbers(a.grad), numbers(b.grad)]
        binary.append(e)

# -- numbers
number = []
for name, op in {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div,
                 "pow": torch.pow, "remainder": torch.remainder, "fmod": torch.fmod,
                 "floor_divide": torch.floor_divide, "eq": torch.eq, "lt": torch.lt,
                 "clamp_min": torch.clamp_min, "clamp_max": torch.clamp_max, "rsub": torch.rsub,
                 "rdiv": lambda a, s: s / a, "rpow": lambda a, s: torch.pow(s, a)}.items():
    for da in DTYPES:
        values = [1, 0, 1] if da == "Bool" else [1, 3, 7]
        for s in (2, 2.5, 300):
            if name in ("rdiv",) and da not in ("Float", "Double"):
                continue  # C++ and Python differ
            a = torch.tensor(values, dtype=DTYPES[da])
            number.append({"op": name, "input": da, "a": numbers(a), "number": s,
                           **outcome(lambda: op(a, s))})

# -- broadcasting and strides: what an input looks like is told by a word
def make(sizes, look):
    if look == "plain":
        t = torch.arange(math.prod(sizes), dtype=torch.float64).reshape(sizes)
    elif look == "turned":
        t = torch.arange(math.prod(sizes), dtype=torch.float64).reshape(sizes[::-1])
        t = t.permute(*range(len(sizes))[::-1])
    elif look == "stepped":
        wide = list(sizes[:-1]) + [sizes[-1] * 2]
        t = torch.arange(math.prod(wide), dtype=torch.float64).reshape(wide)[..., ::2]
    elif look == "expanded":
        one = [1] + list(sizes[1:])
        t = torch.arange(math.prod(one), dtype=torch.float64).reshape(one).expand(sizes)
    return t


SHAPES = [([2, 3], [2, 3]), ([2, 3], [3]), ([3], [2, 3]), ([2, 1], [1, 3]), ([], [2, 3]),
          ([2, 3], []), ([], []), ([0, 3], [3]), ([4, 1, 3], [2, 1]), ([1], [1, 1]),
          ([2, 3, 4], [2, 3, 4]), ([2, 3, 4], [4]), ([2, 3, 4], [3, 1]), ([17, 33], [17, 33]),
          ([2, 70], [2, 1]), ([40, 9, 35], [40, 9, 35])]
LOOKS = ["plain", "turned", "stepped", "expanded"]
broadcast = []
for sa, sb in SHAPES:
    for la in LOOKS:
        for lb in LOOKS:
            if (la != "plain" and len(sa) < 2) or (lb != "plain" and len(sb) < 2):
                continue
            a, b = make(sa, la), make(sb, lb)
            y = a * 3 - b
            weights = torch.arange(y.numel(), dtype=torch.float64) % 97
            broadcast.append({"sizes": [sa, sb], "looks": [la, lb],
                              "result": list(y.shape), "strides": list(torch.sub(a, b).stride()),
                              "sum": float((y.flatten() * weights).sum())})

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "elementwise.json"), "w") as f:
    sections = {"promotion": promotion, "promotion with numbers": numbers_promotion, "unary": unary,
                "binary": binary, "number": number, "broadcast": broadcast}
    f.write('{"torch": %s' % json.dumps(torch.__version__))
    for name, entries in sections.items():
        f.write(',\n"%s": [\n' % name)
        f.write(",\n".join(json.dumps(e) for e in entries))
        f.write("\n]")
    f.write("\n}\n")
