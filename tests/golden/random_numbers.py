#!/usr/bin/env python3
"""Records PyTorch's random numbers in random_numbers.json, beside this script.

Run with PyTorch 1.13.1 for the CPU, built without MKL (Debian 12's python3-torch), on a CPU with
AVX2: without AVX2 PyTorch rounds uniform samples differently in the last bit.

A program is a seed and a list of draws from one generator. A draw that must be equal bit for bit
has the first bit patterns and a checksum over all of them; another one has values. After each
program the state of the generator, without the cached normal sample, has a checksum too.
"""

import json
import os

import numpy
import torch

DTYPES = {
    "float": torch.float,
    "double": torch.double,
    "int64": torch.int64,
    "int32": torch.int32,
    "int16": torch.int16,
    "int8": torch.int8,
    "uint8": torch.uint8,
    "bool": torch.bool,
}
LOWEST = -(2**63)


def checksum(numbers):
    """Sum of (i + 1) * numbers[i] modulo 2^64."""
    numbers = numpy.asarray(numbers, dtype=numpy.uint64)
    weights = numpy.arange(1, len(numbers) + 1, dtype=numpy.uint64)
    with numpy.errstate(over="ignore"):
        return int((numbers * weights).sum(dtype=numpy.uint64))


def bit_patterns(tensor):
    array = tensor.numpy()
    return array.view(f"u{array.itemsize}").astype(numpy.uint64)


def probabilities(n, dtype):
    """Exact in float and double: 0, 1/64, ..., 1 and again."""
    return (torch.arange(n) % 65).to(dtype) / 64


def draw(op, dtype, n, **args):
    generator = draw.generator
    empty = torch.empty(n, dtype=DTYPES[dtype])
    if op == "uniform":
        result = empty.uniform_(args["from"], args["to"], generator=generator)
    elif op == "normal":
        result = empty.normal_(args["mean"], args["std"], generator=generator)
    elif op == "normal_serial":
        every_other = torch.empty(2 * n, dtype=DTYPES[dtype])[::2]
        result = every_other.normal_(args["mean"], args["std"], generator=generator).clone()
    elif op == "random_from_to":
        result = empty.random_(args["from"], args["to"], generator=generator)
    elif op == "random_from":
        result = empty.random_(args["from"], None, generator=generator)
    elif op == "random":
        result = empty.random_(generator=generator)
    elif op == "randperm":
        result = torch.randperm(n, dtype=DTYPES[dtype], generator=generator)
    elif op == "bernoulli":
        result = empty.bernoulli_(args["p"], generator=generator)
    elif op == "bernoulli_tensor":
        p = probabilities(n, DTYPES[args["p_dtype"]])
        result = empty.bernoulli_(p, generator=generator)
    elif op == "exponential":
        result = empty.exponential_(args["lambda"], generator=generator)
    elif op == "log_normal":
        result = empty.log_normal_(args["mean"], args["std"], generator=generator)
    elif op == "cauchy":
        result = empty.cauchy_(args["median"], args["sigma"], generator=generator)
    elif op == "geometric":
        result = empty.geometric_(args["p"], generator=generator)
    record = {"op": op, "dtype": dtype, "n": n, **args}
    if op in ("normal", "normal_serial", "exponential", "log_normal", "cauchy"):
        # All of a short draw; of a long one every 37th value, and the tail.
        record["step"] = 1 if n <= 40 else 37
        record["values"] = result[:: record["step"]].tolist()
        record["tail"] = result[-17:].tolist() if n > 40 else []
    else:
        bits = bit_patterns(result)
        record["bits"] = [int(b) for b in bits[:3]]
        record["checksum"] = checksum(bits)
    return record


def program(name, seed, draws):
    draw.generator = torch.Generator().manual_seed(seed)
    records = [draw(*positional, **args) for positional, args in draws]
    state = draw.generator.get_state().numpy().copy()
    assert len(state) == 5056
    state[5024:5032] = 0  # the cached sample, whose last bit depends on the C library
    return {"name": name, "seed": seed, "draws": records, "state_checksum": checksum(state)}


def d(*positional, **args):
    return positional, args


def main():
    torch.set_num_threads(1)
    programs = []
    sizes = [1, 2, 3, 7, 15, 16, 17, 31, 32, 100, 1000]
    for dtype in ("float", "double"):
        for n in sizes + [10000]:
            programs.append(
                program(f"rand {dtype} {n}", n, [d("uniform", dtype, n, **{"from": 0.0, "to": 1.0})])
            )
        for low, high in ((-0.31, 0.47), (-0.0357142857, 0.0357142857), (1e-3, 1e3), (2.0, 2.0)):
            programs.append(
                program(
                    f"uniform_ {dtype} [{low}, {high})",
                    11,
                    [d("uniform", dtype, 10000, **{"from": low, "to": high})],
                )
            )
        for n in sizes:
            programs.append(
                program(f"randn {dtype} {n}", n, [d("normal", dtype, n, mean=0.0, std=1.0)])
            )
        for n in (5, 16, 33, 1000, 5003):
            programs.append(
                program(f"normal_ {dtype} {n}", n, [d("normal", dtype, n, mean=0.3, std=1.7)])
            )
        for n in (5, 16, 101):
            programs.append(
                program(
                    f"normal_ {dtype} {n}, not contiguous",
                    n,
                    [d("normal_serial", dtype, n, mean=-0.2, std=0.6)],
                )
            )
        programs.append(
            program(
                f"exponential_, log_normal_ and cauchy_ {dtype}",
                5,
                [
                    d("exponential", dtype, 1000, **{"lambda": 0.73}),
                    d("log_normal", dtype, 101, mean=0.1, std=0.73),
                    d("cauchy", dtype, 1000, median=0.1, sigma=0.73),
                ],
            )
        )

    integers = [
        ("float", [(0, 10), (-7, 2**24), (0, 2**40 + 12345), (-(2**40) - 12345, 2**33)]),
        ("double", [(0, 10), (-(2**53), 2**53), (0, 2**62 + 1)]),
        ("int64", [(0, 10), (-5, 2**31), (0, 2**32 - 1), (0, 2**32), (-(2**40), 2**41 + 7)]),
        ("int64", [(LOWEST, 2**63 - 1), (5, 6)]),
        ("int32", [(0, 10), (-(2**31), 2**31)]),
        ("int16", [(-100, 3000)]),
        ("int8", [(-128, 128)]),
        ("uint8", [(0, 256)]),
        ("bool", [(0, 2)]),
    ]
    for dtype, bounds in integers:
        for low, high in bounds:
            programs.append(
                program(
                    f"random_ {dtype} [{low}, {high})",
                    21,
                    [d("random_from_to", dtype, 10000, **{"from": low, "to": high})],
                )
            )
    for dtype in DTYPES:
        programs.append(program(f"random_ {dtype}", 22, [d("random", dtype, 10000)]))
        low = 0 if dtype in ("uint8", "bool") else -3
        programs.append(
            program(
                f"random_ {dtype} from {low}",
                23,
                [d("random_from", dtype, 10000, **{"from": low})],
            )
        )
    for dtype in ("float", "double", "int64"):
        programs.append(
            program(
                f"random_ {dtype}, all 64 bits",
                24,
                [d("random_from", dtype, 10000, **{"from": LOWEST})],
            )
        )
    for n in (0, 1, 2, 3, 10, 1000, 60000):
        programs.append(program(f"randperm {n}", 31, [d("randperm", "int64", n)]))
    for dtype in ("float", "double", "int32", "int16"):
        programs.append(program(f"randperm {dtype}", 31, [d("randperm", dtype, 1000)]))
    for dtype in DTYPES:
        draws = [d("bernoulli", dtype, 10000, p=p) for p in (0.0, 0.3, 0.5, 1.0)]
        programs.append(program(f"bernoulli_ {dtype}", 41, draws))
        draws = [d("bernoulli_tensor", dtype, 10000, p_dtype=p) for p in ("float", "double")]
        programs.append(program(f"bernoulli_ {dtype} by a tensor", 42, draws))
        if dtype != "bool":
            programs.append(program(f"geometric_ {dtype}", 43, [d("geometric", dtype, 1000, p=0.4)]))

    interleaved = [
        d("normal", "float", 3, mean=0.0, std=1.0),  # leaves a cached sample behind
        d("uniform", "float", 5, **{"from": 0.0, "to": 1.0}),
        d("normal", "float", 20, mean=0.0, std=1.0),  # in blocks: does not touch the cached one
        d("random_from_to", "int64", 9, **{"from": 0, "to": 100}),
        d("normal", "double", 2, mean=1.0, std=2.0),  # uses it
        d("randperm", "int64", 50),
        d("bernoulli", "float", 21, p=0.25),
        d("uniform", "double", 700, **{"from": -1.0, "to": 1.3}),
        d("log_normal", "float", 1, mean=0.0, std=0.5),
        d("normal", "float", 16, mean=0.5, std=0.1),
        d("normal", "float", 1, mean=0.0, std=1.0),
        d("uniform", "float", 1, **{"from": 0.0, "to": 1.0}),
    ]
    for seed in (0, 1, 42, 67280421310721, 2**64 - 1):
        programs.append(program(f"interleaved, seed {seed}", seed, interleaved))

    data = {"source": f"PyTorch {torch.__version__} (Debian 1.13.1)", "programs": programs}
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "random_numbers.json")
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"source": %s,\n "programs": [\n' % json.dumps(data["source"]))
        file.write(",\n".join("  " + json.dumps(p) for p in programs))
        file.write("\n]}\n")


if __name__ == "__main__":
    main()
