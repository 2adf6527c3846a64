#!/usr/bin/env python3
"""Records products.json: outputs and gradients of PyTorch's products, convolutions, pools, batch norm
and activations, in double. Inputs follow a formula that the tests repeat (wave), so that the file
holds results only. Each case's loss is sum(output * wave(output.shape, 3))."""
import json
import os

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def wave(sizes, phase):
    n = 1
    for size in sizes:
        n *= size
    return torch.sin(0.9 * torch.arange(n, dtype=torch.float64) + phase).reshape(sizes)


cases = {}


def record(name, f, *shapes):
    inputs = [wave(shape, float(i)).requires_grad_() for i, shape in enumerate(shapes)]
    output = f(*inputs)
    (output * wave(list(output.shape), 3.0)).sum().backward()
    cases[name] = {
        "shapes": [list(shape) for shape in shapes],
        "shape": list(output.shape),
        "output": numbers(output),
        "grads": [numbers(x.grad) for x in inputs],
    }


def numbers(x):
    return [float("%.9g" % v) for v in x.detach().flatten().tolist()]


record("matmul_1_1", torch.matmul, [3], [3])
record("matmul_2_1", torch.matmul, [2, 3], [3])
record("matmul_1_2", torch.matmul, [3], [3, 4])
record("matmul_2_2", torch.matmul, [2, 3], [3, 4])
record("matmul_3_1", torch.matmul, [2, 2, 3], [3])
record("matmul_3_2", torch.matmul, [2, 2, 3], [3, 2])
record("matmul_1_3", torch.matmul, [3], [2, 3, 2])
record("matmul_2_3", torch.matmul, [2, 3], [2, 3, 2])
record("matmul_3_3", torch.matmul, [2, 2, 3], [2, 3, 2])
record("matmul_4_3", torch.matmul, [2, 1, 2, 3], [3, 3, 2])
record("addmm", lambda c, a, b: torch.addmm(c, a, b, beta=0.5, alpha=2), [4], [2, 3], [3, 4])
record("baddbmm", lambda c, a, b: torch.baddbmm(c, a, b, beta=0.5, alpha=2), [2, 1], [2, 2, 3], [2, 3, 4])
record("linear_1", F.linear, [3], [4, 3], [4])
record("linear_2", F.linear, [2, 3], [4, 3], [4])
record("linear_3", F.linear, [2, 2, 3], [4, 3], [4])
record("linear_no_bias", F.linear, [2, 3], [4, 3])
record("outer", torch.outer, [3], [4])

conv = lambda **o: (lambda x, w, b: F.conv2d(x, w, b, **o))
record("conv2d", conv(), [2, 2, 5, 6], [3, 2, 3, 2], [3])
record("conv2d_one_channel", conv(padding=2), [2, 1, 5, 5], [4, 1, 5, 5], [4])
record("conv2d_stride", conv(stride=(2, 3), padding=(1, 0)), [1, 2, 6, 8], [2, 2, 3, 3], [2])
record("conv2d_dilation", conv(dilation=(2, 1), padding=(1, 2)), [1, 2, 6, 5], [2, 2, 3, 3], [2])
record("conv2d_groups", conv(groups=2, padding=1), [1, 4, 4, 4], [6, 2, 3, 3], [6])
record("conv2d_depthwise", conv(groups=4, padding=1, stride=2), [1, 4, 5, 5], [4, 1, 3, 3], [4])
record("conv2d_same", conv(padding="same"), [1, 2, 4, 5], [2, 2, 2, 4], [2])
record("conv2d_unbatched", conv(padding=1), [2, 4, 4], [3, 2, 3, 3], [3])
record("conv2d_wide", conv(padding=1), [1, 16, 3, 4], [16, 16, 1, 1], [16])
record("conv1d", lambda x, w, b: F.conv1d(x, w, b, stride=2, padding=1), [2, 2, 7], [3, 2, 3], [3])
record("conv1d_same", lambda x, w, b: F.conv1d(x, w, b, padding="same", dilation=2), [1, 2, 7], [2, 2, 4], [2])

record("max_pool2d", lambda x: F.max_pool2d(x, 2), [2, 2, 5, 6])
record("max_pool2d_overlap", lambda x: F.max_pool2d(x, 3, 1, 1), [1, 2, 5, 5])
record("max_pool2d_dilation", lambda x: F.max_pool2d(x, (2, 3), (1, 2), (1, 1), (2, 1)), [1, 2, 6, 7])
record("max_pool2d_ceil", lambda x: F.max_pool2d(x, 3, 2, 1, 1, True), [1, 1, 6, 8])
record("max_pool2d_unbatched", lambda x: F.max_pool2d(x, 2), [2, 4, 4])
record("max_pool1d", lambda x: F.max_pool1d(x, 3, 2, 1), [2, 2, 8])
record("avg_pool2d", lambda x: F.avg_pool2d(x, 2), [2, 2, 5, 6])
record("avg_pool2d_padding", lambda x: F.avg_pool2d(x, 3, 2, 1), [1, 2, 6, 7])
record("avg_pool2d_exclude", lambda x: F.avg_pool2d(x, 3, 2, 1, True, False), [1, 2, 6, 8])
record("avg_pool2d_ceil", lambda x: F.avg_pool2d(x, 3, 2, 1, True), [1, 2, 6, 8])
record("avg_pool2d_divisor", lambda x: F.avg_pool2d(x, (2, 3), (1, 2), 0, False, True, 5), [1, 1, 4, 7])
record("avg_pool1d", lambda x: F.avg_pool1d(x, 3, 2, 1), [2, 2, 8])
record("adaptive_avg_pool2d", lambda x: F.adaptive_avg_pool2d(x, (3, 2)), [1, 2, 5, 7])
record("adaptive_avg_pool1d", lambda x: F.adaptive_avg_pool1d(x, 3), [1, 2, 7])

mean, var = wave([3], 5.0), wave([3], 6.0) + 2
bn = lambda train: (lambda x, w, b: F.batch_norm(x, mean.clone(), var.clone(), w, b, train, 0.1, 1e-5))
record("batch_norm_2", bn(True), [4, 3], [3], [3])
record("batch_norm_3", bn(True), [2, 3, 4], [3], [3])
record("batch_norm_4", bn(True), [2, 3, 5, 4], [3], [3])
record("batch_norm_eval", bn(False), [2, 3, 5, 4], [3], [3])
record("batch_norm_eval_2", bn(False), [4, 3], [3], [3])
m, v = mean.clone(), var.clone()
F.batch_norm(wave([2, 3, 5, 4], 0.0), m, v, None, None, True, 0.1, 1e-5)
cases["batch_norm_running"] = {"mean": numbers(m), "var": numbers(v)}
for sizes, axes in [([2, 3, 4], [4]), ([3, 5, 19], [5, 19])]:
    record("layer_norm_%d" % len(axes), lambda x, w, b: F.layer_norm(x, axes, w, b, 1e-5),
           sizes, axes, axes)

record("gelu", lambda x: F.gelu(4 * x), [7])
record("gelu_tanh", lambda x: F.gelu(4 * x, approximate="tanh"), [7])
record("leaky_relu", lambda x: F.leaky_relu(x, 0.2), [7])
record("elu", lambda x: F.elu(4 * x, 1.5), [7])
record("silu", lambda x: F.silu(4 * x), [7])
record("softplus", lambda x: F.softplus(4 * x, 2, 3), [7])

torch.manual_seed(7)
torch.set_default_dtype(torch.float32)
for dtype in (torch.float32, torch.float64):
    name = str(dtype).split(".")[1]
    cases["dropout_" + name] = numbers(F.dropout(torch.ones(4, 6, dtype=dtype), 0.3))
    cases["dropout2d_" + name] = numbers(torch.feature_dropout(torch.ones(3, 5, 2, dtype=dtype), 0.4, True))

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "products.json")
with open(path, "w") as file:
    body = ",\n".join('"%s": %s' % (k, json.dumps(v, separators=(",", ":"))) for k, v in cases.items())
    file.write('{"torch": "%s",\n%s}\n' % (torch.__version__, body))
