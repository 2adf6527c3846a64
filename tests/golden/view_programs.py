"""Records view_programs.json: random programs of views and in-place writes, and what PyTorch makes of them.

    /usr/bin/python3 tests/golden/view_programs.py           (torch 1.13.1, CPU, double precision)

A program is a few leaves, instructions over numbered variables, and an end that builds a loss and
differentiates it. Recorded are the value, requires_grad, is_leaf and _version of every variable after the
last instruction, the gradients of the leaves, and the essential part of the message of what raises. An
instruction that raises is the last one; the end still follows, so that an error which had changed
something would show.

An instruction: "o" name, "r" the variables it makes, "x" self, "y" other tensor, "s" scalar, "a" integers
(sizes of as_strided in "a", strides in "b", offset in "c"), "d" constant data (a mask), "n": 1 if under
no_grad. The end: "t" the terms [variable, c, power] of loss = sum((v ** power * w).sum()) with
w = c + j / 4 over the flattened elements, "m" one of backward, retain (twice, the first with retain_graph),
twice (without), double (grad with create_graph, then backward of the sum of squares of what it gave).

Left out, because PyTorch's own result is undefined or an accident of its kernels:
- writes whose operands overlap without being identical, and writes other than fills to a target that
  holds a memory location more than once, wherever PyTorch does not raise (it proves overlap only for dense
  ranges and zero strides; for the rest the order of writes would decide);
- as_strided and detach of tensors that overlap themselves (the gradient of the former is divided by a count
  of duplicates, by convention), and as_strided reaching memory outside of its input;
- programs in which PyTorch fails an assertion of its own ("please report a bug": some writes through views
  that were made under no_grad and have a grad_fn);
- the leaves' gradients after a backward that raised (how far it came is up to the order of its nodes);
- is_leaf where asking for it raises (a view whose base was written after no_grad or split made it).
"""
import json
import math
import os
import random
import sys
import warnings
from collections import Counter
from contextlib import nullcontext

import numpy as np
import torch

COUNT = 500
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
    """PyTorch failed one of its own assertions, or a second run went another way."""


def essential(error):
    if "INTERNAL ASSERT FAILED" in str(error):
        raise Unrecordable
    found = [e for e in ERRORS if e in str(error)]
    if not found:
        raise RuntimeError(f"unknown error: {error}")
    return found[0]


# ---- running -------------------------------------------------------------------------------------------


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


def record(program):
    """Fills in the program's outcome, by a run from the start."""
    env, tags = leaves_of(program), Tags(program)
    out = {}
    for at, ins in enumerate(program["code"]):
        tags.before(ins, env)
        try:
            made = execute(ins, env)
        except RuntimeError as error:
            out["raises"] = [at, essential(error)]
            if at + 1 < len(program["code"]):  # asking for is_leaf, or a try that failed, had mattered
                raise Unrecordable
            break
        tags.after(ins, made, env)
        env += made
    meta = [[int(t.requires_grad), t._version] for t in env]
    out["vars"] = [[list(t.shape), flat(t), m[0], is_leaf(t), m[1]] for t, m in zip(env, meta)]
    tags.at_end(program["end"])
    out["end"] = record_end(program["end"], env)
    if out["end"].get("error") == ERRORS[6]:
        tags.add("version error at backward")
    program["out"] = out
    return env, tags


# ---- what may be recorded ------------------------------------------------------------------------------


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


# ---- what a program exercises --------------------------------------------------------------------------


class Tags(set):
    """Notes which of the situations that the tests are about occur in a run."""

    def __init__(self, program):
        super().__init__()
        count = len(program["leaves"])
        self.info = [dict(depth=0, many=False, quiet=False, expanded=False, root=i, detached=False)
                     for i in range(count)]
        self.leaf = [bool(l["g"]) for l in program["leaves"]]
        self.read = {}       # variable -> storages' writes seen when it was read
        self.writes = {}     # root -> list of written variables
        self.requested = set()

    def note_read(self, v):
        root = self.info[v]["root"]
        if self.writes.get(root) and self.read_roots(root):
            self.add("read through a view before and after a write")
        self.read.setdefault(v, len(self.writes.get(root, [])))

    def read_roots(self, root):
        return any(self.info[v]["root"] == root and self.info[v]["depth"] and seen == 0
                   for v, seen in self.read.items())

    def before(self, ins, env):
        o, x = ins["o"], ins["x"]
        info = self.info[x]
        if "y" in ins:
            self.note_read(ins["y"])
        if o == "requires_grad_":
            self.requested.add(x)
            if info["depth"]:
                self.add("requires_grad_ on a view")
        elif o not in VIEWS and o not in WRITES:
            self.note_read(x)
        elif o in WRITES:
            self.note_write(ins, x, info, env)

    def note_write(self, ins, x, info, env):
        root, o = info["root"], ins["o"]
        with torch.no_grad():
            target = target_of(ins, env[x])
            if any(n > 1 and s == 0 for n, s in zip(target.shape, target.stride())):
                self.add("expanded target written")
            if "y" in ins:
                source = env[ins["y"]]
                if source.shape != target.shape:
                    self.add("broadcast source written")
                if shared(source, target):
                    self.add("overlapping copy" if o in ("copy_", "set", "set_slice")
                             else "overlapping arithmetic")
        quiet = bool(ins.get("n"))
        depth = info["depth"] + (o in ("set", "set_slice"))
        if info["many"]:
            self.add("split output written")
        of_leaf = root < len(self.leaf) and self.leaf[root] and not info["detached"]
        if depth and of_leaf or x in self.requested:
            self.add("leaf view written")
        if info["quiet"] and not quiet:
            self.add("no_grad view written with grad")
        if info["detached"]:
            self.add("detached alias written")
        if depth >= 3:
            self.add("view 3 or more deep written")
        if o in ("set", "set_slice"):
            self.add("indexed assignment")
        if quiet:
            self.add("write under no_grad")
        if not info["depth"] and any(self.info[v]["root"] == root and self.info[v]["depth"] for v in self.read):
            self.add("base written after view read")
        if info["depth"] and root in self.read:
            self.add("view written after base read")
        if self.writes.get(root) and x not in self.writes[root]:
            self.add("several views of one base written")
        self.writes.setdefault(root, []).append(x)

    def after(self, ins, made, env):
        o, parent = ins["o"], self.info[ins["x"]]
        for t in made:
            i = len(self.info)
            alias = o in VIEWS
            if o == "reshape" and t.storage().data_ptr() != env[ins["x"]].storage().data_ptr():
                alias = False
            fresh = dict(depth=0, many=False, quiet=False, expanded=False, root=i, detached=False)
            self.info.append(dict(parent, depth=parent["depth"] + 1) if alias else fresh)
            info = self.info[i]
            if alias:
                info["many"] = info["many"] or o in MANY
                info["quiet"] = info["quiet"] or bool(ins.get("n"))
                info["detached"] = info["detached"] or o == "detach"
            if o == "as_strided" and repeats(t):
                self.add("overlapping as_strided")

    def at_end(self, end):
        for var, _, _ in end["t"]:
            self.note_read(var)
        self.add({"double": "create_graph", "retain": "retain_graph"}.get(end["m"], "plain backward"))


# ---- making programs -----------------------------------------------------------------------------------


class Maker:
    """Draws instructions that fit the variables there are."""

    def __init__(self, rng, scenario):
        self.rng, self.scenario = rng, BIAS.get(scenario, scenario)

    def leaf(self, grad):
        r = self.rng
        sizes = r.choice([[3], [4], [6], [2, 2], [2, 3], [3, 3], [3, 2], [4, 2], [1, 3], [2, 1], [2, 2, 2],
                          [2, 1, 3], [1, 2, 2], [2, 3, 2]])
        n = math.prod(sizes)
        return {"z": sizes, "d": [shorten(r.choice([-1, 1]) * r.randint(1, 8) / 4) for _ in range(n)],
                "g": int(grad)}

    def view(self, v, x):
        r, d = self.rng, x.dim()
        names = ["view", "reshape", "unsqueeze", "squeeze", "expand", "expand", "detach", "as_strided"]
        if d:
            names += ["select", "slice", "narrow", "split", "chunk", "unbind"] * 2 + ["slice"]
        if d >= 2:
            names += ["transpose", "permute", "transpose", "diagonal"]
        if d and self.scenario == "split output written":
            names += list(MANY) * 3
        if self.scenario == "expanded target written":
            names += ["expand"] * 8 + ["unsqueeze"] * 3
        if self.scenario == "overlapping as_strided":
            names += ["as_strided"] * 6
        o = r.choice(names)
        ins = {"o": o, "x": v}
        dim = r.randrange(-d, d) if d else 0
        size = x.shape[dim] if d else 0
        if o in ("view", "reshape"):
            ins["a"] = self.factors(x.numel())
        elif o in ("unsqueeze", "squeeze"):
            ins["a"] = [r.randrange(-d - 1, d + 1) if o == "unsqueeze" else dim]
            if o == "unsqueeze" and d > 3:
                return None
        elif o == "expand":
            sizes = [r.choice([2, 3]) if s == 1 else s for s in x.shape]
            if sizes == list(x.shape):
                sizes = [r.choice([2, 3])] + sizes
            if math.prod(sizes) > 24 or len(sizes) > 4:
                return None
            ins["a"] = sizes
        elif o == "as_strided":
            return self.as_strided(ins, x)
        elif o == "select":
            ins["a"] = [dim, r.randrange(-size, size)]
        elif o == "slice":
            start = r.randrange(size)
            ins["a"] = [dim, start, r.randint(start + 1, size), r.choice([1, 1, 2])]
        elif o == "narrow":
            start = r.randrange(size)
            ins["a"] = [dim, start, r.randint(1, size - start)]
        elif o in ("split", "chunk"):
            ins["a"] = [r.choice([1, 2, 2, 3]), dim]
        elif o == "unbind":
            ins["a"] = [dim]
        elif o == "transpose":
            ins["a"] = [dim, r.randrange(-d, d)]
        elif o == "permute":
            ins["a"] = r.sample(range(d), d)
        elif o == "diagonal":
            ins["a"] = [r.choice([0, 0, 1, -1]) if min(x.shape[:2]) > 1 else 0]
        elif repeats(x):
            return None
        return ins

    def as_strided(self, ins, x):
        r = self.rng
        if repeats(x):
            return None
        within = set((addresses(x) - x.storage().data_ptr() // 8).tolist())
        sizes = r.choice([[2], [3], [2, 2], [2, 3], [3, 2]])
        strides = [r.choice([1, 1, 2, 3]) for _ in sizes]
        ins.update(a=sizes, b=strides, c=r.choice(sorted(within)))
        at = [ins["c"]]
        for n, s in zip(sizes, strides):
            at = [p + s * k for p in at for k in range(n)]
        return ins if set(at) <= within else None

    def factors(self, n):
        r, sizes = self.rng, []
        for _ in range(r.choice([0, 1, 1, 2])):
            f = r.choice([k for k in range(1, n + 1) if n % k == 0])
            sizes.append(f)
            n //= f
        sizes.append(n)
        return [-1 if r.random() < 0.1 and i == 0 else s for i, s in enumerate(sizes)]

    def scalar(self):
        return self.rng.choice([-1.5, -1, -0.5, 0.25, 0.5, 1.5, 2])

    def other(self, env, sizes, grow, near=None):
        """A variable that broadcasts against sizes, one that shares memory with `near` more often."""
        def fits(t):
            try:
                result = torch.broadcast_shapes(t.shape, sizes)
            except RuntimeError:
                return False
            return math.prod(result) <= 24 and len(result) <= 4 if grow else list(result) == list(sizes)
        found = [i for i, t in enumerate(env) if fits(t)]
        if near is not None and self.rng.random() < (0.8 if self.scenario == "overlapping copy" else 0.2):
            found = [i for i in found if env[i].storage().data_ptr() == near.storage().data_ptr()] or found
        return self.rng.choice(found) if found else None

    def pure(self, v, x, env):
        r = self.rng
        names = ["add", "sub", "mul", "mul", "tanh", "sigmoid", "clone", "sum", "relu"]
        if x.detach().max() < 1.5:
            names += ["exp"]
        if x.dim() == 2:
            names += ["matmul"] * 2
        o = r.choice(names)
        ins = {"o": o, "x": v}
        if o in ("add", "sub", "mul"):
            y = self.other(env, x.shape, True) if r.random() < 0.75 else None
            ins.update({"s": self.scalar()} if y is None else {"y": y})
        elif o == "sum":
            ins["a"] = [r.randrange(-x.dim(), x.dim())] if x.dim() else []
        elif o == "matmul":
            found = [i for i, t in enumerate(env) if t.dim() == 2 and t.shape[0] == x.shape[1]]
            if not found:
                return None
            ins["y"] = r.choice(found)
        return ins

    def write(self, v, x, env):
        r = self.rng
        names = ["add_", "sub_", "mul_", "mul_", "copy_", "copy_", "fill_", "zero_", "tanh_", "sigmoid_", "relu_",
                 "masked_fill_"] + ["set", "set_slice"] * (2 if x.dim() else 0)
        if x.detach().max() < 1.5:
            names += ["exp_"] * 2
        if self.scenario == "overlapping copy":
            names += ["copy_"] * 8
        o = r.choice(names)
        ins = {"o": o, "x": v}
        if o == "set":
            ins["a"] = [r.randrange(-x.shape[0], x.shape[0])]
        elif o == "set_slice":
            start = r.randrange(x.shape[0])
            ins["a"] = [start, r.randint(start + 1, x.shape[0]), r.choice([1, 2])]
        if o in ("fill_", "masked_fill_"):
            ins["s"] = self.scalar()
            if o == "masked_fill_":
                ins["d"] = [r.randint(0, 1) for _ in range(x.numel())]
        elif o in ("add_", "sub_", "mul_", "copy_", "set", "set_slice"):
            with torch.no_grad():
                target = target_of(ins, x)
            y = self.other(env, target.shape, False, x)
            if y is None or (o not in ("copy_",) and r.random() < 0.2):
                if o == "copy_":
                    return None
                ins["s"] = self.scalar()
            elif o == "set_slice" and env[y].dim() == 0:
                return None  # Python assigns these by fill_, C++ by copy_
            else:
                ins["y"] = y
        return ins

    def next(self, env, written):
        r = self.rng
        recent = [i for i in range(len(env)) if i >= len(env) - 4]
        v = r.choice(recent if r.random() < 0.5 else range(len(env)))
        if self.scenario == "leaf written" and r.random() < 0.2:
            v = 0
        kind = r.random()
        if kind < 0.42:
            ins = self.view(v, env[v])
        elif kind < 0.62:
            ins = self.pure(v, env[v], env)
        elif kind < 0.98:
            ins = self.write(v, env[v], env)
        else:
            ins = {"o": "requires_grad_", "x": v} if is_leaf(env[v]) and not env[v].requires_grad else None
        quiet = 0.35 if self.scenario == "no_grad view written with grad" and kind < 0.42 else 0.06
        if ins and ins["o"] != "requires_grad_" and r.random() < quiet:
            ins["n"] = 1
        return ins


def attempt(rng, scenario, failing):
    """One random program, or None where it came to nothing worth recording."""
    maker = Maker(rng, scenario)
    grads = [True] + [rng.random() < 0.4 for _ in range(rng.choice([1, 1, 2]))]
    program = {"leaves": [maker.leaf(g) for g in grads], "code": []}
    env, code = leaves_of(program), program["code"]
    length, raised, written = rng.randint(5, 14), False, []
    if rng.random() < 0.85:  # something that may be written to
        first = {"o": "clone", "x": 0} if rng.random() < 0.5 else {"o": "mul", "x": 0, "s": maker.scalar()}
        code.append(first)
        env += execute(first, env)
    for _ in range(8 * length):
        if len(code) >= length or len(env) > 20 or raised:
            break
        ins = maker.next(env, written)
        if not ins:
            continue
        writes = ins["o"] in WRITES
        defined = not writes or well_defined(ins, env)
        try:
            if not defined:  # only an error may be recorded; tried on a copy of the whole run
                trial = leaves_of(program)
                for done in code:
                    trial += execute(done, trial)
                execute(ins, trial)
                continue
            made = execute(ins, env)
        except RuntimeError as error:
            if not failing or len(code) < 4 or rng.random() < 0.5:
                continue
            essential(error)
            raised, made = True, []
        code.append(ins)
        env += made
        if writes:
            written.append(ins["x"])
        if not all(tame(t) for t in env):
            return None
    if len(code) < 4 or not written:
        return None
    storages = {env[v].storage().data_ptr() for v in written}
    touched = [i for i, t in enumerate(env) if t.storage().data_ptr() in storages]
    mode = rng.choices(["backward", "retain", "double"], [70, 13, 17])[0]
    if scenario == "create_graph":
        mode = "double"
    if scenario == "backward twice":
        mode = "twice"
    picks = rng.sample(touched, min(len(touched), rng.randint(1, 3))) + [rng.randrange(len(env))]
    program["end"] = {"m": mode, "t": [[v, shorten(rng.randint(-4, 4) / 2), 2 if rng.random() < 0.35 else 1]
                                       for v in dict.fromkeys(picks)]}
    return program


def failed(program):
    return "raises" in program["out"] or "error" in program["out"]["end"]


def worthwhile(program, env, failing):
    out = program["out"]
    if failed(program) != failing:
        return False
    if failing:  # one error a program
        return not ("raises" in out and "error" in out["end"])
    values = [v for g in out["end"]["grads"] + out["end"].get("first", []) for v in g or []]
    return any(values) and all(abs(v) < 1e7 for v in values)


SCENARIOS = [  # (situation, programs, how many of them fail)
    ("split output written", 40, 14), ("expanded target written", 40, 14), ("leaf view written", 35, 12),
    ("overlapping copy", 45, 10), ("base written after view read", 35, 0),
    ("view written after base read", 35, 0), ("version error at backward", 25, 25),
    ("no_grad view written with grad", 35, 14), ("view 3 or more deep written", 35, 0),
    ("read through a view before and after a write", 35, 0), ("create_graph", 30, 0),
    ("requires_grad_ on a view", 22, 4), ("detached alias written", 23, 0),
    ("overlapping as_strided", 20, 0), ("leaf written", 6, 6), ("overlap refused", 10, 10),
    ("repeats refused", 8, 8), ("stale view read", 10, 10), ("view incompatible", 4, 4),
    ("backward twice", 4, 4), ("no gradient", 3, 3),
]
BY_ERROR = {"leaf written": [ERRORS[1]], "repeats refused": [ERRORS[7]], "overlap refused": [ERRORS[8]],
            "view incompatible": [ERRORS[11]], "backward twice": [ERRORS[10]], "no gradient": [ERRORS[9]],
            "stale view read": [ERRORS[3], ERRORS[5]]}
BIAS = {"overlap refused": "overlapping copy", "repeats refused": "expanded target written"}


def make(seed, scenario, failing):
    rng = random.Random(seed)
    while True:
        try:
            program = attempt(rng, scenario, failing)
            if program is None:
                continue
            env, tags = record(program)
        except Unrecordable:
            continue
        if not worthwhile(program, env, failing):
            continue
        out = program["out"]
        message = out["raises"][1] if "raises" in out else out["end"].get("error")
        if scenario in BY_ERROR:
            if message in BY_ERROR[scenario]:
                return program, tags
        elif scenario in tags and (not failing or message not in (ERRORS[9], ERRORS[10], ERRORS[11])):
            return program, tags


def main():
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore", "Use of masked_fill_ on expanded tensors")
    wanted = [(name, k < bad) for name, count, bad in SCENARIOS for k in range(count)]
    assert len(wanted) == COUNT
    random.Random(2).shuffle(wanted)
    situations, errors, modes, ops = Counter(), Counter(), Counter(), Counter()
    lines = []
    for seed, (scenario, failing) in enumerate(wanted):
        program, tags = make(seed, scenario, failing)
        situations.update(tags)
        modes[program["end"]["m"]] += 1
        ops.update(i["o"] for i in program["code"])
        out = program["out"]
        errors[out["raises"][1] if "raises" in out else out["end"].get("error", "no error")] += 1
        lines.append(json.dumps(program, separators=(",", ":")))
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "view_programs.json")
    with open(path, "w") as file:
        file.write('{"recorded_by":"tests/golden/view_programs.py, PyTorch 1.13.1 (Debian\'s, '
                   f'which calls itself {torch.__version__})","programs":[\n')
        file.write(",\n".join(lines) + "\n]}\n")
    for title, table in (("situations", situations), ("outcomes", errors), ("ends", modes), ("ops", ops)):
        print(f"\n{title}")
        for name, count in table.most_common():
            print(f"{count:6}  {name}")
    print(f"\n{os.path.getsize(path) / 1e6:.2f} MB")


if __name__ == "__main__":
    sys.exit(main())
