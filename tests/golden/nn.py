"""Writes nn.json: first weights and outputs of layers, and init functions, as PyTorch has them."""
import json
import os

import torch
from torch import nn
from torch.nn import init


def tensor(t):
    return {"sizes": list(t.shape), "values": t.detach().double().flatten().tolist()}


def layer(name, make, x):
    torch.manual_seed(0)
    module = make()
    state = [dict(tensor(v), name=k) for k, v in module.state_dict().items()]
    torch.manual_seed(1)
    y = module(x)
    after = [dict(tensor(v), name=k) for k, v in module.state_dict().items()]
    return {"name": name, "state": state, "input": tensor(x), "output": tensor(y), "after": after}


def filled(name, fill, *sizes):
    torch.manual_seed(0)
    return {"name": name, "result": tensor(fill(torch.empty(*sizes)))}


torch.manual_seed(42)
rows, image, line = torch.randn(5, 3), torch.randn(2, 4, 8, 7), torch.randn(2, 4, 9)
layers = [
    layer("Linear", lambda: nn.Linear(3, 4), rows),
    layer("Linear no bias", lambda: nn.Linear(3, 40, bias=False), rows),
    layer("Conv1d", lambda: nn.Conv1d(4, 6, 3, stride=2, padding=1), line),
    layer("Conv2d", lambda: nn.Conv2d(4, 6, 3, padding=1), image),
    layer("Conv2d groups", lambda: nn.Conv2d(4, 6, (3, 2), stride=(2, 1), dilation=2, groups=2),
          image),
    layer("Conv2d same", lambda: nn.Conv2d(4, 2, (2, 5), padding="same", bias=False), image),
    layer("BatchNorm1d", lambda: nn.BatchNorm1d(3), rows),
    layer("BatchNorm2d", lambda: nn.BatchNorm2d(4, momentum=None), image),
    layer("LayerNorm", lambda: nn.LayerNorm([8, 7], eps=0.1), image),
    layer("Embedding", lambda: nn.Embedding(7, 5, padding_idx=2), torch.tensor([[1, 2], [6, 0]])),
    layer("MaxPool2d", lambda: nn.MaxPool2d(3, stride=2, padding=1), image),
    layer("AvgPool2d", lambda: nn.AvgPool2d(3, stride=2, padding=1), image),
    layer("Dropout", lambda: nn.Dropout(0.3), image),
    layer("Dropout2d", lambda: nn.Dropout2d(0.3), image),
    layer("Softmax", lambda: nn.Softmax(1), rows),
    layer("GELU", lambda: nn.GELU(), rows),
    layer("MLP", lambda: nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 2),
                                       nn.LogSoftmax(1)), rows),
]
inits = [
    filled("uniform", lambda t: init.uniform_(t, -2, 3), 4, 5),
    filled("normal", lambda t: init.normal_(t, 1, 2), 4, 5),
    filled("normal small", lambda t: init.normal_(t), 3, 4),
    filled("constant", lambda t: init.constant_(t, 1.5), 2, 2),
    filled("eye", lambda t: init.eye_(t), 3, 5),
    filled("xavier_uniform", lambda t: init.xavier_uniform_(t, 1.5), 6, 3, 2, 2),
    filled("xavier_normal", lambda t: init.xavier_normal_(t), 6, 5),
    filled("kaiming_uniform", lambda t: init.kaiming_uniform_(t, nonlinearity="relu"), 6, 5),
    filled("kaiming_normal fan_out", lambda t: init.kaiming_normal_(t, 0.2, mode="fan_out"),
           6, 3, 2),
    filled("orthogonal tall", lambda t: init.orthogonal_(t, 2), 6, 4),
    filled("orthogonal wide", lambda t: init.orthogonal_(t), 3, 2, 4),
]
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "nn.json")
with open(path, "w") as f:
    json.dump({"torch": torch.__version__, "layers": layers, "inits": inits}, f)
    f.write("\n")
