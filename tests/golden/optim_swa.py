"""Writes optim_swa.json: PyTorch's AveragedModel over four models, and its update_bn."""
import json
import os

import torch
from torch.optim.swa_utils import AveragedModel, update_bn


def model(number):
    """Linear(2, 3) and BatchNorm1d(3); every value follows from its place and the number."""
    net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3)).double()
    for place, tensor in enumerate(net.state_dict().values()):
        if tensor.dtype == torch.int64:
            tensor.fill_(7 * number)
        else:
            index = torch.arange(tensor.numel(), dtype=torch.float64).reshape(tensor.shape)
            tensor.copy_(torch.sin(index + 10 * place + 3 * number) ** 2)
    return net


def state(net):
    return {name: tensor.reshape(-1).tolist() for name, tensor in net.state_dict().items()}


def averaged(**options):
    average = AveragedModel(model(0), **options)
    states = []
    for number in range(1, 5):
        average.update_parameters(model(number))
        states.append(state(average))
    return average, states


def ema(average, value, count):
    return 0.75 * average + 0.25 * value


swa, swa_states = averaged()
batches = [torch.cos(torch.arange(8, dtype=torch.float64) + 5 * i).reshape(4, 2) for i in range(3)]
swa.eval()
update_bn(batches, swa)
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "optim_swa.json")
with open(path, "w") as f:
    json.dump({
        "torch": torch.__version__,
        "swa": swa_states,
        "ema": averaged(avg_fn=ema)[1],
        "swa_buffers": averaged(use_buffers=True)[1],
        "ema_buffers": averaged(avg_fn=ema, use_buffers=True)[1],
        "update_bn": state(swa),
    }, f)
    f.write("\n")
