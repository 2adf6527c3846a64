#!/usr/bin/env python3
"""Reads the includes of the tree: who knows whom.

    scripts/house.py           draws docs/images/house.svg
    scripts/house.py --check   fails on an arrow that points up, and if the picture is out of date
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "house.svg"

# From top to bottom. A room may include what stands below it.
STOREYS = [
    ["examples", "torch"],
    ["models"],
    ["tune", "averaging"],
    ["nn", "optim", "data", "gradcheck"],
    ["io"],
    ["ops"],
    ["autograd"],
    ["kernels"],
    ["core"],
]
LEVEL = {room: -i for i, storey in enumerate(STOREYS) for room in storey}
SAYS = {
    "examples": "programs",
    "torch": "torch/torch.h",
    "models": "architectures",
    "tune": "hyper-parameter search",
    "averaging": "averages of models",
    "nn": "modules, functional, init",
    "optim": "rules, schedulers",
    "data": "datasets, samplers, loader",
    "gradcheck": "gradients against differences",
    "io": "files",
    "ops": "a kernel with its gradient",
    "autograd": "the tape and its replay",
    "kernels": "arithmetic without gradients",
    "core": "dtype, shape, storage, handle",
}

# A file that stands in another room than its folder's.
ELSEWHERE = {"optim/swa_utils": "averaging"}

# The one way up: gradients are tensors, so autograd knows their type, and the few ops that
# accumulation, un-broadcasting and views need.
EXCEPTIONS = {
    ("autograd", "gradtape/ops/tensor.h"),
    ("src/autograd/ops.h", None),
}


def room_of(path):
    """The room of a path that is relative to the root, or None outside the house."""
    parts = path.parts
    if parts[0] in ("examples", "models"):
        return parts[0]
    if parts[:2] == ("include", "gradtape_torch"):
        return "torch"
    if parts[:2] == ("include", "gradtape"):
        parts = parts[2:]
    elif parts[0] == "src":
        parts = parts[1:]
    else:
        return None
    if len(parts) == 1:
        return None  # an umbrella, or the bridge to xtensor
    stem = "/".join(parts).rsplit(".", 1)[0]
    return ELSEWHERE.get(stem, parts[0])


def included(path):
    """The files of the tree that this one includes."""
    for name in re.findall(r'^#include "([^"]+)"', path.read_text(), flags=re.M):
        for root in (ROOT / "include", ROOT / "src", ROOT):
            if (root / name).exists():
                yield name, (root / name).relative_to(ROOT)
                break


def arrows():
    """The pairs of rooms of which one includes the other, and the includes that point up."""
    pairs, wrong = set(), []
    for folder in ("include", "src", "models", "examples"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix not in (".h", ".cpp"):
                continue
            here = path.relative_to(ROOT)
            room = room_of(here)
            for name, target in included(path):
                other = room_of(target)
                if room is None or other is None or room == other:
                    continue
                if room not in LEVEL or other not in LEVEL:
                    wrong.append(f"{here}: {room} or {other} has no place in the house")
                    continue
                if {(room, name), (str(here), None)} & EXCEPTIONS:
                    continue
                pairs.add((room, other))
                if LEVEL[other] >= LEVEL[room]:
                    wrong.append(f"{here} includes {name}: {room} may not know {other}")
    return pairs, wrong


WIDTH, HEIGHT, GAP, ROW = 190, 52, 24, 92


def draw(pairs):
    middle = max(len(storey) for storey in STOREYS) * (WIDTH + GAP) / 2
    place = {}
    for i, storey in enumerate(STOREYS):
        left = middle - (len(storey) * (WIDTH + GAP) - GAP) / 2
        for j, room in enumerate(storey):
            place[room] = (left + j * (WIDTH + GAP), 12 + i * ROW)
    shown = [room for room in place if room in {r for pair in pairs for r in pair}]
    height = 12 + len(STOREYS) * ROW
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * middle:.0f} {height}" '
        'font-family="sans-serif" text-anchor="middle">',
        "<!-- Written by scripts/house.py -->",
        "<style>rect{fill:#f4f1ea;stroke:#6b6558}.n{font-size:16px;fill:#2b2822}"
        ".s{font-size:11px;fill:#6b6558}path{fill:none;stroke:#8a8272}</style>",
    ]
    for a, b in sorted(pairs):
        (x1, y1), (x2, y2) = place[a], place[b]
        x1, x2 = x1 + WIDTH / 2, x2 + WIDTH / 2
        y1, y2 = y1 + HEIGHT, y2
        lines.append(
            f'<path d="M{x1:.0f} {y1:.0f}C{x1:.0f} {y1 + 40:.0f} {x2:.0f} {y2 - 40:.0f} '
            f'{x2:.0f} {y2:.0f}" stroke-width="1.5" opacity="0.55">'
            f"<title>{a} includes {b}</title></path>"
        )
    for room in shown:
        x, y = place[room]
        lines += [
            f'<rect x="{x:.0f}" y="{y:.0f}" width="{WIDTH}" height="{HEIGHT}" rx="6"/>',
            f'<text class="n" x="{x + WIDTH / 2:.0f}" y="{y + 23:.0f}">{room}</text>',
            f'<text class="s" x="{x + WIDTH / 2:.0f}" y="{y + 41:.0f}">{SAYS[room]}</text>',
        ]
    return "\n".join(lines + ["</svg>", ""])


def main():
    pairs, wrong = arrows()
    picture = draw(pairs)
    if "--check" not in sys.argv[1:]:
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        PICTURE.write_text(picture)
    elif not PICTURE.exists() or PICTURE.read_text() != picture:
        wrong.append(f"{PICTURE.relative_to(ROOT)} is out of date: run scripts/house.py")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
