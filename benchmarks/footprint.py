#!/usr/bin/env python3
"""Measures what a library costs beside its speed, and whether its cost grows in proportion.

usage: benchmarks/footprint.py [BUILD_FOLDER] [--write FILE]

Build first:  cmake --preset release && cmake --build --preset release --target benchmarks
The machine should be otherwise idle; it takes about 5 minutes. The first table: start to end and memory of a one-tensor
program, the stripped library, what including it costs the compiler, two threads against one. The
second: cost per recorded op of longer chains, per unit of an MLP whose batch, width or depth is
doubled. libtorch is measured beside gradtape where the benchmarks were built against it. --write
puts both tables into a Markdown file, between their marks.
"""

import argparse
import os
import pathlib
import re
import statistics
import subprocess
import tempfile
import time

from measuring import markdown, output, programs, provenance, settings, write

SOURCE = pathlib.Path(__file__).resolve().parent.parent
INCLUDES = {
    "gradtape": ("gradtape/gradtape.h", ["-I", SOURCE / "include"]),
    "libtorch": ("torch/torch.h", ["-isystem", "/usr/include/torch/csrc/api/include"]),
}
TWO_THREADS = "LeNet 1-32-64, SGD momentum, batch 64"


def run(command, environment=None):
    """Seconds and MB of a command with its children."""
    start = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, command)
    return seconds, usage.ru_maxrss / 1024


def median_run(command, times):
    """Medians over several runs, after one that fills the disk cache."""
    run(command)
    seconds, megabytes = zip(*(run(command) for _ in range(times)))
    return statistics.median(seconds), statistics.median(megabytes)


def library_sizes(build, folder):
    """MB, stripped, of the shared library, the static one, and the one-tensor program with the
    latter; of a build with the static one, whose objects may be in either."""
    archive = build / "src" / "libgradtape.a"
    shared, static, program = (folder / name for name in ("shared", "static", "program"))
    output(["c++", "-shared", "-s", "-o", shared, "-Wl,--whole-archive", archive,
            "-Wl,--no-whole-archive", f"-Wl,--version-script={SOURCE / 'cmake' / 'gradtape.map'}"])
    output(["strip", "--strip-unneeded", "-o", static, archive])
    output(["strip", "-o", program, build / "bin" / "bench_one_tensor_gradtape"])
    return [path.stat().st_size / 1e6 for path in (shared, static, program)]


def libtorch_size(program):
    """MB of libtorch's own libraries that a program loads, and how many it loads at all."""
    loaded = [line.split("=>")[1].split()[0] for line in output(["ldd", program]).splitlines()
              if "=>" in line]
    own = [p for p in loaded if re.match(r"lib(torch|torch_cpu|c10)\.so", pathlib.Path(p).name)]
    return sum(os.stat(p).st_size for p in own) / 1e6, len(loaded)


def compile_cost(library, folder):
    """Seconds and MB for a file that includes a library's header."""
    header, flags = INCLUDES[library]
    source = folder / f"{library}.cpp"
    source.write_text(f"#include <{header}>\nint main() {{}}\n")
    return median_run(["c++", "-std=c++20", "-O2", *flags, "-c", source, "-o", folder / "object.o"],
                      3 if library == "gradtape" else 1)


def step(program, name, environment=None):
    return float(output([program, name], environment).split()[0])


def fastest(program, name, extra=None):
    """Microseconds: the median of three processes, with the faster OpenBLAS setting."""
    environments = [{**environment, **(extra or {})} for environment in settings()]
    first = [step(program, name, environment) for environment in environments]
    chosen = environments[first.index(min(first))]
    return statistics.median([min(first)] + [step(program, name, chosen) for _ in range(2)])


def footprint(build):
    rows = []

    def add(what, goal, cells):
        rows.append([what, cells.get("gradtape", ""), cells.get("libtorch", ""), goal])
        print(" | ".join(rows[-1]), flush=True)

    one = programs(build, "one_tensor")
    start = {library: median_run([path], 20) for library, path in one.items()}
    add("start to end of a one-tensor program, ms", "30",
        {library: f"{1e3 * seconds:.1f}" for library, (seconds, _) in start.items()})
    add("its peak memory, MB", "",
        {library: f"{float(output([path]).split()[1]):.0f}" for library, path in one.items()})

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        theirs, loaded = libtorch_size(one["libtorch"]) if "libtorch" in one else (None, None)
        shared, static, program = library_sizes(build, folder)
        sizes = {"gradtape": f"{shared:.1f}"}
        if theirs:
            sizes["libtorch"] = f"{theirs:.1f}"
        add("the shared library, stripped, MB", "10", sizes)
        add("the static archive, stripped, MB", "", {"gradtape": f"{static:.1f}"})
        add("the one-tensor program with it, stripped, MB", "10", {"gradtape": f"{program:.1f}"})
        count = {"gradtape": str(libtorch_size(one["gradtape"])[1])}
        if loaded:
            count["libtorch"] = str(loaded)
        add("shared libraries that the program loads", "", count)
        costs = {library: compile_cost(library, folder) for library in one}
    add("compiling a file that includes it (-O2), s", "3",
        {library: f"{seconds:.2f}" for library, (seconds, _) in costs.items()})
    add("the compiler's peak memory, MB", "400",
        {library: f"{memory:.0f}" for library, (_, memory) in costs.items()})

    lenet = programs(build, "lenet")
    gains = {library: fastest(path, TWO_THREADS, {"OMP_NUM_THREADS": "1"}) /
             fastest(path, TWO_THREADS, {"OMP_NUM_THREADS": "2"})
             for library, path in lenet.items()}
    add(f"two threads against one: {TWO_THREADS}", "1.6",
        {library: f"{gain:.2f}" for library, gain in gains.items()})
    return rows


def scaling(build):
    """Rows of the second table: microseconds, and microseconds per unit."""
    paths = programs(build, "scaling")
    rows = []
    for name in output([paths["gradtape"]]).splitlines():
        units = int(re.search(r"\d+$", name)[0])
        unit = {"ops": "op", "batch": "example", "width": "unit", "depth": "layer"}[name.split()[-2]]
        row = [name]
        for path in paths.values():
            microseconds = fastest(path, name)
            row += [f"{microseconds:.1f}", f"{microseconds / units:.3g}"]
        rows.append(row + [""] * (5 - len(row)) + [unit])
        print(" | ".join(rows[-1]), flush=True)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", nargs="?", default="build/release", type=pathlib.Path)
    parser.add_argument("--write", type=pathlib.Path, metavar="FILE")
    arguments = parser.parse_args()

    costs = markdown(["", "gradtape", "libtorch", "goal"], footprint(arguments.build))
    growth = markdown(["workload", "gradtape, us", "us per unit", "libtorch, us", "us per unit",
                       "unit"], scaling(arguments.build))
    if arguments.write:
        write(arguments.write, "footprint", provenance() + "\n\n" + costs)
        write(arguments.write, "scaling", provenance() + "\n\n" + growth)


if __name__ == "__main__":
    main()
