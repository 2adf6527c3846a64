"""Runs one of the random programs of view_programs.py in PyTorch and records what comes of it."""
import math
from contextlib import nullcontext

import numpy as np
import torch

ERRORS = [
    "a view of a leaf Variable that requires grad is being used in an in-place operation",
    "a leaf Variable that requires grad is being used in an in-place operation",
    "A view was created in no_grad mode and is being modified inplace with grad mode enabled",
    "A view was created in no_grad mode and its base or another view of its base has been modified inplace "
    "with grad mode enabled",
    "is a view and is being modified inplace",
    "is a view and its base or another view of its base has been modified inplace",
    "has been modified by an inplace operation",
    "more than one element of the written-to tensor refers to a single memory location",
    "some elements of the input tensor and the written-to tensor refer to a single memory location",
    "does not require grad and does not have a grad_fn",
    "Trying to backward through the graph a second time",
    "view size is not compatible with input tensor's size and stride",
    "leaf variable has been moved into the graph interior",
]
MANY = ("split", "chunk", "unbind")
VIEWS = ("view", "reshape", "transpose", "permute", "select", "slice", "narrow", "expand", "unsqueeze",
         "squeeze", "as_strided", "diagonal", "detach") + MANY
WRITES = ("add_", "sub_", "mul_", "copy_", "fill_", "zero_", "exp_", "tanh_", "sigmoid_", "relu_",
          "masked_fill_", "set", "set_slice")


class Unrecordable(Exception):
    """PyTorch failed one of its own assertions or broke a promise, or a second run went another way."""


def essential(error):
    if "INTERNAL ASSERT FAILED" in str(error):
        raise Unrecordable
    found = [e for e in ERRORS if e in str(error)]
    if not found:
        raise RuntimeError(f"unknown error: {error}")
    return found[0]


def target_of(ins, x):
    if ins["o"] == "set":
        return x[ins["a"][0]]
    if ins["o"] == "set_slice":
        return x[slice(*ins["a"])]
    return x


def execute(ins, env):
    """Runs one instruction and gives the list of tensors it makes."""
    o, x, a = ins["o"], env[ins["x"]], ins.get("a")
    y = env[ins["y"]] if "y" in ins else ins.get("s")
    is_leaf(x)  # PyTorch judges a stale view by its old history unless somebody has just asked for the new one
    with torch.no_grad() if ins.get("n") else nullcontext():
        if o in ("view", "reshape", "permute", "expand"):
            return [getattr(x, o)(a)]
        if o == "slice":
            return [torch.ops.aten.slice(x, *a)]
        if o == "as_strided":
            return [x.as_strided(a, ins["b"], ins["c"])]
        if o in MANY:
            return list(getattr(x, o)(*a))
        if o == "masked_fill_":
            x.masked_fill_(torch.tensor(ins["d"], dtype=torch.double).view(x.shape).gt(0), y)
        elif o == "set":  # what x[i] = y is in C++; Python drops leading dimensions of 1 from y first
            x[a[0]].copy_(y) if "y" in ins else x[a[0]].fill_(y)
        elif o == "set_slice":
            x[slice(*a)] = y
        elif y is not None:
            return [getattr(x, o)(y)] if o[-1] != "_" else [getattr(x, o)(y)][1:]
        else:
            result = getattr(x, o)(*(a or []))
            return [] if o[-1] == "_" else [result]
    return []


def leaves_of(program):
    make = lambda l: torch.tensor(l["d"], dtype=torch.double).view(l["z"]).requires_grad_(bool(l["g"]))
    return [make(l) for l in program["leaves"]]


def loss_of(terms, env):
    loss = None
    for var, c, power in terms:
        v = env[var]
        w = torch.tensor([c + 0.25 * j for j in range(v.numel())], dtype=torch.double).view(v.shape)
        term = ((v * v if power == 2 else v) * w).sum()
        loss = term if loss is None else loss + term
    return loss


def flat(t):
    with torch.no_grad():
        return [shorten(v) for v in t.detach().reshape(-1).tolist()]


def shorten(v):
    v = float("%.12g" % v)
    return int(v) if v == int(v) else v


def optional(t):
    return None if t is None else flat(t)


def is_leaf(t):
    try:
        return int(t.is_leaf)
    except RuntimeError:
        return None


def record_end(end, env):
    """Builds the loss, differentiates it, and gives what is to be compared."""
    wanted = [i for i, t in enumerate(env) if is_leaf(t) and t.requires_grad]
    out, mode = {"leaves": wanted}, end["m"]
    try:
        loss = loss_of(end["t"], env)
        out["loss"] = flat(loss)[0]
        if mode == "double":
            grads = torch.autograd.grad([loss], [env[i] for i in wanted], create_graph=True, allow_unused=True)
            if any(env[i].grad is not None for i in wanted):
                raise Unrecordable
            out["first"] = [optional(g) for g in grads]
            total = sum((g * g).sum() for g in grads if g is not None)
            if torch.is_tensor(total) and total.requires_grad:
                total.backward()
        else:
            loss.backward(retain_graph=True if mode == "retain" else None)
            if mode != "backward":
                loss.backward()
        out["grads"] = [optional(env[i].grad) for i in wanted]
    except RuntimeError as error:
        out["error"] = essential(error)
    return out


def addresses(t):
    """The memory location of every element, in units of elements."""
    at = np.full((), t.storage_offset(), dtype=np.int64)
    for size, stride in zip(t.shape, t.stride()):
        at = at[..., None] + np.arange(size) * stride
    return at.reshape(-1) + t.storage().data_ptr() // 8


def repeats(t):
    at = addresses(t)
    return len(np.unique(at)) < len(at)


def shared(a, b):
    return np.intersect1d(addresses(a), addresses(b)).size > 0


def well_defined(ins, env):
    """Whether the result of a write does not depend on the order in which its elements are visited."""
    with torch.no_grad():
        target = target_of(ins, env[ins["x"]])
        if repeats(target) and ins["o"] not in ("fill_", "zero_"):
            return False
        if "y" not in ins:
            return True
        to = addresses(target)
        source = addresses(env[ins["y"]].expand(target.shape))
        return not any(s in to and to[i] != s for i, s in enumerate(source))


def tame(t):
    values = [abs(v) for v in t.detach().reshape(-1).tolist()]
    return all(math.isfinite(v) and v < 1e3 and (v == 0 or v > 1e-6) for v in values)
