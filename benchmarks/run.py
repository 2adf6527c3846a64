#!/usr/bin/env python3
"""Measures every workload with gradtape and libtorch in turn: medians, ratios, peak memory.

usage: benchmarks/run.py [BUILD_FOLDER] [--rounds N] [--only TEXT] [--write FILE]

Build first:  cmake --preset release && cmake --build --preset release --target benchmarks
The machine should be otherwise idle; everything takes about 8 minutes in 3 rounds. Each workload
runs in a process of its own, the two libraries take turns, and who begins changes with the round.
The median over the rounds counts, and the smallest and largest ratio of a round are shown beside
it. Each library has its faster OpenBLAS setting: where OPENBLAS_CORETYPE is set, the first round
runs with it and without it, and the others with the better one. --write puts the table into a
Markdown file, between its marks.
"""

import argparse
import gzip
import math
import pathlib
import shutil
import statistics
import tempfile

from measuring import markdown, output, programs, provenance, settings, write

FASHION_MNIST = pathlib.Path("/usr/share/datasets/fashion-mnist")
NO_ROWS = ("one_tensor", "scaling")  # footprint.py's


def unpacked(folder):
    """Fashion-MNIST's files in a folder, not compressed, as libtorch reads them; or None."""
    if not FASHION_MNIST.exists():
        return None
    for packed in FASHION_MNIST.glob("*.gz"):
        with gzip.open(packed) as source, open(folder / packed.stem, "wb") as target:
            shutil.copyfileobj(source, target)
    return folder


class Row:
    """What one workload took: for each library (microseconds, MB)."""

    def __init__(self, name, paths, environments, rounds):
        self.name = name
        first = {library: [self.once(path, e) for e in environments]
                 for library, path in paths.items()}
        chosen = {library: environments[tries.index(min(tries))]
                  for library, tries in first.items()}
        seen = {library: [min(tries)] for library, tries in first.items()}
        for round_ in range(1, rounds):
            for library, path in sorted(paths.items(), reverse=round_ % 2 == 1):
                seen[library].append(self.once(path, chosen[library]))
        self.results = {library: tuple(map(statistics.median, zip(*runs)))
                        for library, runs in seen.items()}
        self.ratios = sorted(theirs[0] / ours[0] for ours, theirs in
                             zip(seen["gradtape"], seen.get("libtorch", [])))

    def once(self, path, environment):
        time, memory = output([path, self.name], environment).split()
        return float(time), float(memory)

    @property
    def ratio(self):
        if not self.ratios:
            return None
        return self.results["libtorch"][0] / self.results["gradtape"][0]

    def cells(self):
        ours = self.results["gradtape"]
        if not self.ratios:
            return [self.name, f"{ours[0]:.1f}", "", "", "", f"{ours[1]:.0f}", ""]
        theirs = self.results["libtorch"]
        return [self.name, f"{ours[0]:.1f}", f"{theirs[0]:.1f}", f"{self.ratio:.2f}",
                f"{self.ratios[0]:.2f}-{self.ratios[-1]:.2f}", f"{ours[1]:.0f}", f"{theirs[1]:.0f}"]


HEADER = ["workload", "gradtape, us", "libtorch, us", "ratio", "of the rounds", "gradtape, MB",
          "libtorch, MB"]


def table(rows, mean):
    cells = [row.cells() for row in rows]
    if mean:
        cells.append(["**geometric mean**", "", "", f"**{mean:.2f}**", "", "", ""])
    return markdown(HEADER, cells)


def show(cells):
    name, *numbers = cells
    print(f"{name:46}", *(f"{number:>13}" for number in numbers), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", nargs="?", default="build/release", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="workloads whose name has this text")
    parser.add_argument("--write", type=pathlib.Path, metavar="FILE")
    arguments = parser.parse_args()

    rows = []
    show(HEADER)
    with tempfile.TemporaryDirectory() as folder:
        mnist = unpacked(pathlib.Path(folder))
        environments = [{**e, "BENCH_MNIST": str(mnist)} if mnist else e for e in settings()]
        for path in sorted((arguments.build / "bin").glob("bench_*_gradtape")):
            source = path.name.removeprefix("bench_").removesuffix("_gradtape")
            if source in NO_ROWS:
                continue
            for name in output([path], environments[0]).splitlines():
                if arguments.only in name:
                    rows.append(Row(name, programs(arguments.build, source), environments,
                                    arguments.rounds))
                    show(rows[-1].cells())
    ratios = [row.ratio for row in rows if row.ratio]
    mean = math.exp(statistics.fmean(map(math.log, ratios))) if ratios else None
    if mean:
        show(["geometric mean", "", "", f"{mean:.2f}", "", "", ""])
    if arguments.write:
        note = f"{provenance()} Medians of {arguments.rounds} rounds.\n\n"
        write(arguments.write, "table", note + table(rows, mean))


if __name__ == "__main__":
    main()
