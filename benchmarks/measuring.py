"""What run.py and footprint.py share: environments, the machine, tables between marks."""

import datetime
import os
import pathlib
import platform
import subprocess

LIBRARIES = ("gradtape", "libtorch")


def settings():
    """The environments to try: as it is, and without a forced OpenBLAS kernel."""
    base = dict(os.environ)
    plain = {k: v for k, v in base.items() if not k.startswith("OPENBLAS_")}
    return [base, plain] if "OPENBLAS_CORETYPE" in base else [plain]


def output(command, environment=None):
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


def programs(build, name):
    """A benchmark's program for each library that it was built against."""
    paths = {library: build / "bin" / f"bench_{name}_{library}" for library in LIBRARIES}
    return {library: path for library, path in paths.items() if path.exists()}


def machine():
    with open("/proc/cpuinfo") as f:
        model = next(line.split(":")[1].strip() for line in f if line.startswith("model name"))
    compiler = output(["c++", "--version"]).splitlines()[0]
    return f"{os.cpu_count()} cores of {model}, {platform.freedesktop_os_release()['PRETTY_NAME']}, {compiler}"


def provenance():
    commit = output(["git", "describe", "--always", "--dirty"]).strip()
    return f"{datetime.date.today()}, commit {commit}, {machine()}; libtorch 1.13.1 (Debian)."


def markdown(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def write(path, mark, text):
    """Puts text between <!-- MARK: begin --> and <!-- MARK: end -->."""
    begin, end = f"<!-- {mark}: begin -->\n", f"<!-- {mark}: end -->\n"
    path = pathlib.Path(path)
    before, rest = path.read_text().split(begin)
    path.write_text(before + begin + text + end + rest.split(end)[1])
