#!/usr/bin/env python3
"""Runs every benchmark against gradtape and libtorch in turn and prints medians and ratios.

usage: benchmarks/run.py [BUILD_FOLDER] [--rounds N]

Build first:  cmake --preset release && cmake --build --preset release --target benchmarks
The machine should be otherwise idle. Each library runs with its faster OpenBLAS setting: where
OPENBLAS_CORETYPE is set, every program is run with it and without it, and the better median counts.
"""

import argparse
import math
import os
import pathlib
import statistics
import subprocess


def settings():
    """The environments to try: as it is, and without a forced OpenBLAS kernel."""
    plain = {k: v for k, v in os.environ.items() if not k.startswith("OPENBLAS_")}
    return [dict(os.environ), plain] if "OPENBLAS_CORETYPE" in os.environ else [plain]


def measure(program, environment):
    """The lines a benchmark prints: {name: (microseconds, peak MB)}."""
    text = subprocess.run([program], env=environment, check=True, capture_output=True, text=True)
    rows = (line.split("\t") for line in text.stdout.splitlines())
    return {name: (float(time), float(memory)) for name, time, memory in rows}


def best(runs):
    """Of the settings of one library the one with the smaller median: (microseconds, peak MB)."""
    medians = [
        (statistics.median(t for t, _ in values), statistics.median(m for _, m in values))
        for values in runs
    ]
    return min(medians)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", nargs="?", default="build/release", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()

    print(f"{'workload':45} {'gradtape us':>12} {'libtorch us':>12} {'ratio':>7} {'MB':>7} {'MB':>7}")
    ratios = []
    for ours in sorted((arguments.build / "bin").glob("bench_*_gradtape")):
        theirs = ours.with_name(ours.name.replace("_gradtape", "_libtorch"))
        programs = [program for program in (ours, theirs) if program.exists()]
        seen = {}  # (program, workload) -> for each setting a list of results
        for _ in range(arguments.rounds):
            for index, environment in enumerate(settings()):
                for program in programs:
                    for name, result in measure(program, environment).items():
                        runs = seen.setdefault((program, name), [[] for _ in settings()])
                        runs[index].append(result)
        for program, name in seen:
            if program != ours:
                continue
            time, memory = best(seen[ours, name])
            if (theirs, name) in seen:
                other_time, other_memory = best(seen[theirs, name])
                ratios.append(other_time / time)
                print(f"{name:45} {time:12.1f} {other_time:12.1f} {ratios[-1]:7.2f} "
                      f"{memory:7.1f} {other_memory:7.1f}", flush=True)
            else:
                print(f"{name:45} {time:12.1f} {'-':>12} {'-':>7} {memory:7.1f}", flush=True)
    if ratios:
        mean = math.exp(statistics.fmean(math.log(ratio) for ratio in ratios))
        print(f"{'geometric mean':45} {'':12} {'':12} {mean:7.2f}")


if __name__ == "__main__":
    main()
