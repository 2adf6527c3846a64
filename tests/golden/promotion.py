#!/usr/bin/env python3
"""Records PyTorch's type promotion of all pairs of gradtape's dtypes in promotion.json, beside this
script. Run with PyTorch 1.13.1 (Debian 12's python3-torch)."""

import json
import os

import torch

# Named as in C++.
DTYPES = {
    "Byte": torch.uint8,
    "Char": torch.int8,
    "Short": torch.int16,
    "Int": torch.int32,
    "Long": torch.int64,
    "Float": torch.float32,
    "Double": torch.float64,
    "Bool": torch.bool,
}
NAMES = {dtype: name for name, dtype in DTYPES.items()}

pairs = [
    [a, b, NAMES[torch.promote_types(DTYPES[a], DTYPES[b])]] for a in DTYPES for b in DTYPES
]
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "promotion.json")
with open(path, "w") as file:
    rows = ",\n  ".join(json.dumps(pair) for pair in pairs)
    file.write('{"source": "PyTorch %s (Debian 1.13.1)",\n "pairs": [\n  %s\n]}\n'
               % (torch.__version__, rows))
