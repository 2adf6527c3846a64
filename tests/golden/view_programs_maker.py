"""Draws a random program of view_programs.py."""
import math

import torch

from view_programs_run import (MANY, WRITES, addresses, essential, execute, is_leaf, leaves_of,
                               repeats, shorten, tame, target_of, well_defined)


BIAS = {"overlap refused": "overlapping copy", "repeats refused": "expanded target written"}


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

    def next(self, env):
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
        ins = maker.next(env)
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
