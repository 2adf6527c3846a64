"""Writes recurrent.json: LSTM layers and cells of PyTorch, with gradients in double, and what nn.LSTM
draws and gives for a seed. Inputs of the first follow a formula that the tests repeat (wave)."""
import json
import os

import torch
from torch import nn


def wave(sizes, phase):
    n = 1
    for size in sizes:
        n *= size
    return torch.sin(0.9 * torch.arange(n, dtype=torch.float64) + phase).reshape(sizes)


def numbers(x):
    return [float("%.9g" % v) for v in x.detach().double().flatten().tolist()]


def weighted(tensors):
    """A loss in which every element counts differently."""
    return sum((x * wave(list(x.shape), 3.0 + i)).sum() for i, x in enumerate(tensors))


def gradients(name, f, shapes, **options):
    inputs = [wave(shape, float(i)).requires_grad_() for i, shape in enumerate(shapes)]
    outputs = f(inputs)
    first = torch.autograd.grad(weighted(outputs), inputs, create_graph=True)
    second = torch.autograd.grad(weighted(first), inputs)
    return dict(name=name, shapes=shapes, outputs=[numbers(x) for x in outputs],
                first=[numbers(x) for x in first], second=[numbers(x) for x in second], **options)


def sequence(name, steps, batch, inputs, units, bias=True, layers=1, both=False,
             batch_first=False):
    directions = 2 if both else 1
    shapes = [[batch, steps, inputs] if batch_first else [steps, batch, inputs]]
    shapes += [[layers * directions, batch, units]] * 2
    for layer in range(layers):
        for _ in range(directions):
            shapes += [[4 * units, inputs if layer == 0 else directions * units],
                       [4 * units, units]]
            if bias:
                shapes += [[4 * units]] * 2

    def run(x):
        return torch.lstm(x[0], x[1:3], x[3:], bias, layers, 0.0, True, both, batch_first)

    return gradients(name, run, shapes, bias=bias, layers=layers, both=both,
                     batch_first=batch_first)


def module(name, x, **options):
    torch.manual_seed(0)
    lstm = nn.LSTM(3, 5, **options)
    state = [{"name": k, "sizes": list(v.shape), "values": numbers(v)}
             for k, v in lstm.state_dict().items()]
    torch.manual_seed(1)
    output, (h, c) = lstm(x)
    return {"name": name, "state": state, "sizes": list(x.shape), "output": numbers(output),
            "h": numbers(h), "c": numbers(c)}


sequences = [
    sequence("one layer", 3, 2, 2, 3),
    sequence("one step of one", 1, 1, 1, 1),
    sequence("no bias", 2, 3, 2, 2, bias=False),
    sequence("wide", 2, 5, 3, 19),
    sequence("two layers", 3, 2, 3, 2, layers=2),
    sequence("both ways", 3, 2, 2, 2, both=True),
    sequence("two layers, both ways, batch first", 4, 2, 2, 2, bias=False, layers=2, both=True,
             batch_first=True),
]
cell = gradients("cell", lambda x: torch.lstm_cell(x[0], x[1:3], x[3], x[4], x[5], x[6]),
                 [[3, 2], [3, 4], [3, 4], [16, 2], [16, 4], [16], [16]])
lines = wave([4, 2, 3], 0.5).float()
modules = [
    module("LSTM", lines),
    module("LSTM deep", lines, num_layers=2, bidirectional=True, dropout=0.3),
    module("LSTM batch first", lines, batch_first=True, bias=False),
    module("LSTM one sequence", lines[:, 0], num_layers=2),
]
with open(os.path.splitext(os.path.abspath(__file__))[0] + ".json", "w") as f:
    json.dump({"torch": torch.__version__, "sequences": sequences, "cell": cell,
               "modules": modules}, f)
    f.write("\n")
