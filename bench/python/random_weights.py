"""A weights file of torchvision's resnet34 with random weights, for comparisons where the real ones are not at hand.

    random_weights.py FILE

Running statistics are those of one batch, so that maps keep their size through all layers as those of a trained
network do. The same file is read by both sides.
"""

from __future__ import annotations

import sys

import torch
from torch import nn
from torchvision.models import resnet34


def main() -> None:
    torch.manual_seed(0)
    net = resnet34()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0
            nn.init.uniform_(module.weight, 0.5, 1.0)
            nn.init.normal_(module.bias, std=0.1)
    with torch.no_grad():
        net.train()(torch.randn(8, 3, 224, 224))
    torch.save(net.state_dict(), sys.argv[1])


if __name__ == '__main__':
    main()
