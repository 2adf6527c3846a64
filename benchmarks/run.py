#!/usr/bin/env python3
"""Measures every workload with gradtape and libtorch in turn: medians, ratios, peak memory.

usage: benchmarks/run.py [BUILD_FOLDER] [--rounds N] [--only TEXT] [--write FILE]

Build first:  cmake --preset release && cmake --build --preset release --target benchmarks
The machine should be otherwise idle. Each workload runs in a process of its own, the two libraries
alternate, and the median over the rounds counts. Each library runs with its faster OpenBLAS
setting: where OPENBLAS_CORETYPE is set, with it and without it, and the better median counts.
--write puts the table into a Markdown file, between its marks.
"""

import argparse
import datetime
import gzip
import math
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import tempfile

FASHION_MNIST = pathlib.Path("/usr/share/datasets/fashion-mnist")
BEGIN, END = "<!-- table: begin -->\n", "<!-- table: end -->\n"


def settings(mnist):
    """The environments to try: as it is, and without a forced OpenBLAS kernel."""
    base = dict(os.environ)
    if mnist:
        base["BENCH_MNIST"] = str(mnist)
    plain = {k: v for k, v in base.items() if not k.startswith("OPENBLAS_")}
    return [base, plain] if "OPENBLAS_CORETYPE" in base else [plain]


def unpacked(folder):
    """Fashion-MNIST's files in a folder, not compressed, as libtorch reads them; or None."""
    if not FASHION_MNIST.exists():
        return None
    for packed in FASHION_MNIST.glob("*.gz"):
        with gzip.open(packed) as source, open(folder / packed.stem, "wb") as target:
            shutil.copyfileobj(source, target)
    return folder


def output(command, environment):
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


class Row:
    """What one workload took: for each library (microseconds, MB)."""

    def __init__(self, name):
        self.name = name
        self.results = {}

    def measure(self, programs, environments, rounds):
        seen = {library: [[] for _ in environments] for library in programs}
        for _ in range(rounds):
            for index, environment in enumerate(environments):
                for library, program in programs.items():
                    time, memory = output([program, self.name], environment).split()
                    seen[library][index].append((float(time), float(memory)))
        for library, by_setting in seen.items():
            medians = [
                (statistics.median(t for t, _ in runs), statistics.median(m for _, m in runs))
                for runs in by_setting
            ]
            self.results[library] = min(medians)

    @property
    def ratio(self):
        if "libtorch" not in self.results:
            return None
        return self.results["libtorch"][0] / self.results["gradtape"][0]

    def cells(self):
        ours, theirs = self.results["gradtape"], self.results.get("libtorch")
        if not theirs:
            return [self.name, f"{ours[0]:.1f}", "", "", f"{ours[1]:.0f}", ""]
        return [self.name, f"{ours[0]:.1f}", f"{theirs[0]:.1f}", f"{self.ratio:.2f}",
                f"{ours[1]:.0f}", f"{theirs[1]:.0f}"]


def markdown(rows, mean):
    table = "| workload | gradtape, us | libtorch, us | ratio | gradtape, MB | libtorch, MB |\n"
    table += "| --- | --- | --- | --- | --- | --- |\n"
    for row in rows:
        table += "| " + " | ".join(row.cells()) + " |\n"
    if mean:
        table += f"| **geometric mean** | | | **{mean:.2f}** | | |\n"
    return table


def machine():
    with open("/proc/cpuinfo") as f:
        model = next(line.split(":")[1].strip() for line in f if line.startswith("model name"))
    compiler = output(["c++", "--version"], None).splitlines()[0]
    return f"{os.cpu_count()} cores of {model}, {platform.freedesktop_os_release()['PRETTY_NAME']}, {compiler}"


def write(path, rows, mean, rounds):
    text = path.read_text()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    commit = output(["git", "describe", "--always", "--dirty"], None).strip()
    note = (f"{datetime.date.today()}, commit {commit}, {machine()}; libtorch 1.13.1 (Debian). "
            f"Medians of {rounds} rounds.\n\n")
    path.write_text(before + BEGIN + note + markdown(rows, mean) + END + after)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", nargs="?", default="build/release", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="workloads whose name has this text")
    parser.add_argument("--write", type=pathlib.Path, metavar="FILE")
    arguments = parser.parse_args()

    rows = []
    print(f"{'workload':45} {'gradtape us':>12} {'libtorch us':>12} {'ratio':>7} {'MB':>5} {'MB':>5}")
    with tempfile.TemporaryDirectory() as folder:
        environments = settings(unpacked(pathlib.Path(folder)))
        for ours in sorted((arguments.build / "bin").glob("bench_*_gradtape")):
            theirs = ours.with_name(ours.name.replace("_gradtape", "_libtorch"))
            programs = {"gradtape": ours}
            if theirs.exists():
                programs["libtorch"] = theirs
            for name in output([ours], environments[0]).splitlines():
                if arguments.only not in name:
                    continue
                rows.append(Row(name))
                rows[-1].measure(programs, environments, arguments.rounds)
                name, time, other, ratio, memory, other_memory = rows[-1].cells()
                print(f"{name:45} {time:>12} {other:>12} {ratio:>7} {memory:>5} {other_memory:>5}",
                      flush=True)
    ratios = [row.ratio for row in rows if row.ratio]
    mean = math.exp(statistics.fmean(map(math.log, ratios))) if ratios else None
    if mean:
        print(f"{'geometric mean':45} {'':12} {'':12} {mean:7.2f}")
    if arguments.write:
        write(arguments.write, rows, mean, arguments.rounds)


if __name__ == "__main__":
    main()
