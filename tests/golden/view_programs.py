"""Records view_programs.json: random programs of views and in-place writes, and what PyTorch makes of them.

    /usr/bin/python3 tests/golden/view_programs.py           (torch 1.13.1, CPU, double precision)

A program is a few leaves, instructions over numbered variables, and an end that builds a loss and
differentiates it. Recorded are the value, requires_grad, is_leaf and _version of every variable after the
last instruction, the gradients of the leaves, and the essential part of the message of what raises. An
instruction that raises is the last one; the end still follows, so that an error which had changed
something would show.

The drawing is in view_programs_maker.py, the running in view_programs_run.py, what a program exercises in
view_programs_tags.py; tests/autograd/test_view_programs.cpp replays. It takes about two minutes and repeats
byte for byte.

An instruction (the variables it makes get the next numbers): "o" name, "x" self, "y" other tensor, "s" scalar, "a" integers
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
- programs in which autograd.grad leaves something in .grad, which it promises not to touch (some copies of a
  leaf through a view, with create_graph);
- the leaves' gradients after a backward that raised (how far it came is up to the order of its nodes);
- is_leaf where asking for it raises (a view whose base was written after no_grad or split made it).
"""
import json
import os
import random
import sys
import warnings
from collections import Counter

import torch

from view_programs_maker import attempt
from view_programs_run import (ERRORS, Unrecordable, essential, execute, flat, is_leaf, leaves_of,
                               record_end)
from view_programs_tags import Tags

COUNT = 500
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
    return tags


def failed(program):
    return "raises" in program["out"] or "error" in program["out"]["end"]


def worthwhile(program, failing):
    out = program["out"]
    if failed(program) != failing:
        return False
    if failing:  # one error a program
        return not ("raises" in out and "error" in out["end"])
    values = [v for g in out["end"]["grads"] + out["end"].get("first", []) for v in g or []]
    return any(values) and all(abs(v) < 1e7 for v in values)


def make(seed, scenario, failing):
    rng = random.Random(seed)
    while True:
        try:
            program = attempt(rng, scenario, failing)
            if program is None:
                continue
            tags = record(program)
        except Unrecordable:
            continue
        if not worthwhile(program, failing):
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
