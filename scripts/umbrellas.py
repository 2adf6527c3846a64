#!/usr/bin/env python3
"""Writes the umbrella header of each folder of include/gradtape: nn.h includes what is in nn/.

An umbrella that is written by hand because it holds more (data/dataloader.h) must include all of its
folder, too.

    scripts/umbrellas.py           writes them
    scripts/umbrellas.py --check   fails if one is not what would be written
"""

import pathlib
import sys

INCLUDE = pathlib.Path(__file__).resolve().parent.parent / "include"
ROOT = INCLUDE / "gradtape"
MARK = "// Written by scripts/umbrellas.py"
# The bridge to xtensor is included where it is used.
BY_ITSELF = {ROOT / "xtensor.h"}


def text_of(folder):
    headers = sorted(set(folder.glob("*.h")) - BY_ITSELF)
    folders = {sub.with_suffix(".h") for sub in folder.iterdir() if sub.is_dir()}
    if folder == ROOT:
        headers = folders
    names = sorted(str(h.relative_to(INCLUDE)) for h in {*headers, *folders})
    return "\n".join(["#pragma once", "", MARK, "", *(f'#include "{n}"' for n in names), ""])


def main():
    check = "--check" in sys.argv[1:]
    wrong = []
    folders = [sub for sub in ROOT.rglob("*") if sub.is_dir()]
    for folder in sorted(folders) + [ROOT]:
        umbrella = ROOT / "gradtape.h" if folder == ROOT else folder.with_suffix(".h")
        text, now = text_of(folder), umbrella.read_text() if umbrella.exists() else MARK
        if MARK in now:
            if not check:
                umbrella.write_text(text)
            elif text != now:
                wrong.append(f"{umbrella.name} is out of date: run scripts/umbrellas.py")
        else:
            wrong += [
                f"{umbrella.name} lacks {line}"
                for line in text.splitlines()
                if line.startswith("#include") and line not in now
            ]
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
