"""Writes softmax.json: softmax and log_softmax with first and second gradients, from PyTorch."""
import json
import os

import torch

torch.manual_seed(1)


def run(name, x, f):
    x = x.detach().clone().requires_grad_()
    y = f(x)
    weight = torch.linspace(-1, 2, y.numel(), dtype=x.dtype).reshape(y.shape)
    grad, = torch.autograd.grad((y * weight).sum(), x, create_graph=True)
    second, = torch.autograd.grad((grad * weight.cos()).sum(), x)
    return {"name": name, "x": x.flatten().tolist(), "sizes": list(x.shape),
            "value": y.flatten().tolist(), "value_sizes": list(y.shape),
            "grad": grad.flatten().tolist(), "second": second.flatten().tolist()}


x = torch.randn(3, 19, dtype=torch.float64) * 3
cube = torch.randn(2, 5, 9, dtype=torch.float64)
large = torch.tensor([[1000., 1001, 999], [-1e4, 0, -1e4]], dtype=torch.float64)
cases = [
    run("softmax 1", x, lambda x: x.softmax(1)),
    run("softmax 0", x, lambda x: x.softmax(0)),
    run("softmax -2", cube, lambda x: x.softmax(-2)),
    run("softmax large", large, lambda x: x.softmax(1)),
    run("log_softmax 1", x, lambda x: x.log_softmax(1)),
    run("log_softmax 0", x, lambda x: x.log_softmax(0)),
    run("log_softmax -2", cube, lambda x: x.log_softmax(-2)),
    run("log_softmax large", large, lambda x: x.log_softmax(1)),
]
with open(os.path.splitext(__file__)[0] + ".json", "w") as f:
    rows = ",\n".join(json.dumps(case) for case in cases)
    f.write('{"pytorch": "%s", "cases": [\n%s\n]}\n' % (torch.__version__, rows))
