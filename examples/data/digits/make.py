#!/usr/bin/env python3
"""Writes the four files beside this script from the copy of the data set that scikit-learn carries.

    make.py [digits.csv.gz]     Debian: package python3-sklearn has it at the default place
"""

import gzip
import pathlib
import struct
import sys

SOURCE = "/usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz"
FOLDER = pathlib.Path(__file__).parent
TRAIN = 1437


def write(name, sizes, values):
    content = struct.pack(">BBBB%dI" % len(sizes), 0, 0, 8, len(sizes), *sizes) + bytes(values)
    with open(FOLDER / (name + ".gz"), "wb") as file:
        # No name and no time, so that equal content gives equal files.
        with gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
            packed.write(content)


def main():
    with gzip.open(sys.argv[1] if len(sys.argv) > 1 else SOURCE, "rt") as file:
        rows = [[int(float(cell)) for cell in line.split(",")] for line in file]
    assert len(rows) == 1797 and all(len(row) == 65 for row in rows)
    for prefix, part in (("train", rows[:TRAIN]), ("t10k", rows[TRAIN:])):
        pixels = [(255 * value + 8) // 16 for row in part for value in row[:64]]
        write(prefix + "-images-idx3-ubyte", [len(part), 8, 8], pixels)
        write(prefix + "-labels-idx1-ubyte", [len(part)], [row[64] for row in part])


if __name__ == "__main__":
    main()
