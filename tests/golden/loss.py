"""Writes loss.json: the losses with gradients, as PyTorch computes them."""
import json
import os

import torch
import torch.nn.functional as F

torch.manual_seed(2)


def run(name, x, f):
    x = x.detach().clone().requires_grad_()
    y = f(x)
    weight = torch.arange(1, y.numel() + 1, dtype=x.dtype).reshape(y.shape)
    (y * weight).sum().backward()
    return {"name": name, "x": x.flatten().tolist(), "sizes": list(x.shape),
            "value": y.flatten().tolist(), "value_sizes": list(y.shape),
            "grad": x.grad.flatten().tolist()}


x = torch.randn(4, 3, dtype=torch.float64)
image = torch.randn(2, 3, 2, 2, dtype=torch.float64)
t = torch.tensor([2, 0, 1, 2])
tk = torch.tensor([[[0, 1], [2, 2]], [[1, 0], [2, 1]]])
w = torch.tensor([0.5, 2., 1.], dtype=torch.float64)
p = torch.tensor([[.1, .2, .7], [.3, .3, .4], [0, 1, 0], [.5, .25, .25]], dtype=torch.float64)
cases = []
for r in ("none", "mean", "sum"):
    cases += [
        run("nll " + r, x, lambda x: F.nll_loss(x, t, reduction=r)),
        run("nll weight ignore " + r, x, lambda x: F.nll_loss(x, t, w, ignore_index=2, reduction=r)),
        run("nll image " + r, image, lambda x: F.nll_loss(x, tk, w, ignore_index=1, reduction=r)),
        run("ce " + r, x, lambda x: F.cross_entropy(x, t, reduction=r)),
        run("ce image " + r, image, lambda x: F.cross_entropy(x, tk, reduction=r)),
        run("ce smooth " + r, x, lambda x: F.cross_entropy(x, t, label_smoothing=.1, reduction=r)),
        run("ce smooth weight ignore " + r, x, lambda x: F.cross_entropy(
            x, t, w, ignore_index=2, label_smoothing=.1, reduction=r)),
        run("ce smooth image ignore " + r, image, lambda x: F.cross_entropy(
            x, tk, ignore_index=1, label_smoothing=.1, reduction=r)),
        run("ce prob " + r, x, lambda x: F.cross_entropy(x, p, reduction=r)),
        run("ce prob smooth weight " + r, x, lambda x: F.cross_entropy(
            x, p, w, label_smoothing=.2, reduction=r)),
        run("mse " + r, x, lambda x: F.mse_loss(x, p, reduction=r)),
        run("l1 " + r, x, lambda x: F.l1_loss(x, p, reduction=r)),
        run("bce " + r, x.sigmoid(), lambda x: F.binary_cross_entropy(x, p, w, reduction=r)),
        run("bce edges " + r, (x > 0).double(), lambda x: F.binary_cross_entropy(x, p, reduction=r)),
        run("bce logits " + r, x, lambda x: F.binary_cross_entropy_with_logits(
            x, p, w, pos_weight=w + 1, reduction=r)),
        run("bce logits zero " + r, x * 0, lambda x: F.binary_cross_entropy_with_logits(
            x, p, reduction=r)),
    ]
cases.append(run("nll single", x[0], lambda x: F.nll_loss(x, t[0])))
with open(os.path.splitext(__file__)[0] + ".json", "w") as f:
    rows = ",\n".join(json.dumps(case) for case in cases)
    f.write('{"pytorch": "%s", "cases": [\n%s\n]}\n' % (torch.__version__, rows))
