#!/usr/bin/env python3
"""Writes safetensors/*.safetensors, beside this script, from the format's description alone.

Python's struct and json only; the reference package is not used. The layout is its writer's: tensors
ordered by the width of their dtype, widest first, then by name; compact JSON; the header padded with
spaces to a multiple of 8.
"""

import json
import pathlib
import struct

OUTPUT = pathlib.Path(__file__).parent / "safetensors"
FORMATS = {"BOOL": "?", "U8": "B", "I8": "b", "I16": "h", "I32": "i", "I64": "q", "F32": "f", "F64": "d"}


def pack(dtype, values):
    return struct.pack("<%d%s" % (len(values), FORMATS[dtype]), *values)


def write(name, tensors, metadata=None, pad=True):
    """tensors: (name, dtype, shape, values) in the order of their data."""
    header, data = {}, b""
    if metadata:
        header["__metadata__"] = metadata
    for key, dtype, shape, values in tensors:
        packed = pack(dtype, values)
        offsets = [len(data), len(data) + len(packed)]
        header[key] = {"dtype": dtype, "shape": shape, "data_offsets": offsets}
        data += packed
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    if pad:
        text += b" " * (-len(text) % 8)
    (OUTPUT / (name + ".safetensors")).write_bytes(struct.pack("<Q", len(text)) + text + data)


MIXED = [
    ("count", "I64", [], [-(2**40)]),
    ("double", "F64", [2], [0.1, -1e300]),
    ("layer.bias", "F32", [3], [0.5, -2.0, 3.25]),
    ("layer.weight", "F32", [3, 2], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
    ("none", "F32", [0, 3], []),
    ("thirty-two", "I32", [1, 2], [-(2**31), 2**31 - 1]),
    ("sixteen", "I16", [2], [-32768, 32767]),
    ("eight", "I8", [2], [-128, 127]),
    ("flag", "BOOL", [3], [True, False, True]),
    ('größe "x"\n', "U8", [1], [255]),
]


def main():
    OUTPUT.mkdir(exist_ok=True)
    write("mixed", MIXED, {"author": "J. Müller", "format": "pt"})
    write("nothing", [])
    # As other programs may write: no order, no padding, an F32 that begins at an odd offset.
    write("unaligned", [("b", "U8", [3], [1, 2, 3]), ("a", "F32", [2], [1.5, -2.5])], pad=False)


if __name__ == "__main__":
    main()
