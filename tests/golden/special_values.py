"""Writes special_values.json: elementwise ops of PyTorch at signed zeros, infinities, NaN, subnormal and
huge numbers, each once computed by PyTorch's vectors and once by its scalar code."""
import json
import math
import os
import warnings

import torch
import torch.nn.functional as F

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
inf, nan = float("inf"), float("nan")
DTYPES = {"Float": torch.float32, "Double": torch.float64}
TINY = {"Float": 1.401298464324817e-45, "Double": 5e-324}


def values(dtype, few):
    info = torch.finfo(DTYPES[dtype])
    tiny = TINY[dtype]
    common = [0., -0., 1., -2.5, inf, -inf, nan, tiny, -tiny, info.max]
    if few:
        return common
    return common + [-info.max, info.tiny, -info.tiny, info.tiny / 2, -1., .5, -.5, 2.5, 3., 1e-4, -1e-4,
                     20., -20., 88.5, -88.5, -100., 709.5, -709.5, -740.]


def slope(op):
    def f(x):
        leaf = x.clone().requires_grad_()
        op(leaf).backward(torch.ones_like(x))
        return leaf.grad
    return f


ACTIVATIONS = {"gelu": F.gelu, "gelu tanh": lambda x: F.gelu(x, approximate="tanh"), "leaky_relu": F.leaky_relu,
               "elu": F.elu, "silu": F.silu, "softplus": F.softplus, "relu": F.relu}
UNARY = {name: getattr(torch, name) for name in
         ("abs sign sqrt rsqrt reciprocal exp expm1 log log1p log2 log10 sin cos tan asin acos atan "
          "sinh cosh tanh erf erfc lgamma digamma sigmoid floor ceil round trunc frac neg square isnan isinf "
          "isfinite logical_not").split()}
UNARY.update(ACTIVATIONS)
UNARY.update({name + " slope": slope(op) for name, op in ACTIVATIONS.items()})
for power in (0, 1, 2, 3, .5, -.5, -1, -2, 2.5):
    UNARY["pow %g" % power] = lambda x, p=power: torch.pow(x, p)
UNARY.update({"clamp": lambda x: torch.clamp(x, -1, 2.), "clamp_min": lambda x: torch.clamp_min(x, 0.),
              "clamp_max": lambda x: torch.clamp_max(x, 0.),
              "clamp nan": lambda x: torch.clamp(x, nan, 2.), "clamp max nan": lambda x: torch.clamp_max(x, nan)})
BINARY = {name: getattr(torch, name) for name in
          ("add sub mul div floor_divide remainder fmod pow maximum minimum atan2 hypot eq ne lt le gt ge "
           "logical_and logical_or logical_xor").split()}
BINARY["div trunc"] = lambda a, b: torch.div(a, b, rounding_mode="trunc")
BINARY["div floor"] = lambda a, b: torch.div(a, b, rounding_mode="floor")
BINARY["add 3"] = lambda a, b: torch.add(a, b, alpha=3)
BINARY["lerp .25"] = lambda a, b: torch.lerp(a, b, .25)
BINARY["lerp .75"] = lambda a, b: torch.lerp(a, b, .75)
BINARY["lerp"] = lambda a, b: torch.lerp(a, b, torch.full_like(a, .75))
BINARY["addcmul"] = lambda a, b: torch.addcmul(a, a, b, value=2)
BINARY["addcdiv"] = lambda a, b: torch.addcdiv(a, a, b, value=2)
BINARY["isclose"] = lambda a, b: torch.isclose(a, b)
BINARY["isclose nan"] = lambda a, b: torch.isclose(a, b, equal_nan=True)
BINARY["threshold"] = lambda a, b: torch.ops.aten.threshold_backward(a, b, 0)
BINARY["tanh backward"] = lambda a, b: torch.ops.aten.tanh_backward(a, b)
BINARY["sigmoid backward"] = lambda a, b: torch.ops.aten.sigmoid_backward(a, b)


# Where PyTorch's vectors are off: subnormal numbers and the largest one, exp(x) - 1 near 0.
EXACT = {"log1p": lambda x: -inf if x == -1 else math.log1p(x) if x > -1 else nan, "tan": math.tan,
         "elu": lambda x: x if x > 0 else math.expm1(x)}


def text(v, dtype):
    if isinstance(v, bool):
        return str(int(v))
    if v != v:
        return '"nan"'
    if v in (inf, -inf):
        return '"%s"' % v
    s = ("%.9g" if dtype == "Float" else "%.17g") % v
    return s + ".0" if s == "-0" else s  # else read as an integer, which has no sign at 0


def record(name, op, dtype, arrays):
    by_vectors = op(*[a.repeat_interleave(64) for a in arrays])[::64].tolist()
    if name in EXACT:
        by_vectors = [x.new_tensor(v if not math.isfinite(x) or math.isnan(v) else EXACT[name](x.item())).item()
                      for x, v in zip(arrays[0], by_vectors)]
    one_by_one = by_vectors if name in EXACT else [op(*[x.reshape(1) for x in row]).item() for row in zip(*arrays)]
    a, b = ([text(v, dtype) for v in vs] for vs in (by_vectors, one_by_one))

    def kind(s):
        return s if s in ('"nan"', '"inf"', '"-inf"', "0", "-0.0") else "x"
    differ = {str(i): one for i, (one, other) in enumerate(zip(b, a)) if kind(one) != kind(other)}
    entry = '{"op": "%s", "dtype": "%s", "values": [%s]' % (name, dtype, ", ".join(a))
    if differ:
        entry += ', "one by one": {%s}' % ", ".join('"%s": %s' % kv for kv in differ.items())
        for i in differ:
            print(name, dtype, [x[int(i)].item() for x in arrays], "vector", a[int(i)], "scalar", b[int(i)])
    return entry + "}"


lines = []
for dtype in DTYPES:
    x = torch.tensor(values(dtype, False), dtype=DTYPES[dtype])
    lines += [record(name, op, dtype, [x]) for name, op in UNARY.items()]
for dtype in DTYPES:
    some = torch.tensor(values(dtype, True), dtype=DTYPES[dtype])
    a, b = some.repeat_interleave(len(some)), some.repeat(len(some))
    lines += [record(name, op, dtype, [a, b]) for name, op in BINARY.items()]
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "special_values.json"), "w") as f:
    f.write('{"torch": %s' % json.dumps(torch.__version__))
    for few, name in ((False, "numbers"), (True, "few")):
        for dtype in DTYPES:
            f.write(',\n"%s %s": [%s]' % (name, dtype, ", ".join(text(v, "Double") for v in
                    torch.tensor(values(dtype, few), dtype=DTYPES[dtype]).tolist())))
    f.write(',\n"cases": [\n%s\n]\n}\n' % ",\n".join(lines))
