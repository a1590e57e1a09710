"""PyTorch's side of `bench step`: training steps of a network in one memory format, in a process that does only that.

    step.py NETWORK WHAT FORMAT [--weights FILE] [--batch 8] [--size 224] [--threads 2]

NETWORK is efficientnet-lite0 (the embedded weights) or resnet34 (the weights in FILE); WHAT is `all`, `last` (the last
six blocks and what follows) or `batch-norm` (all, batch norm in training mode); FORMAT is nchw or channels_last.
Reads requests from standard input, one JSON object a line:
  {"run": 3}  ->  {"seconds": of each step, "losses": before each step}
Image, labels and the two rows of the head are given by formulas that the other side knows, too.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import torch
from efficientnet_lite import EfficientNetLite, embedded_state
from torch import Tensor, nn
from torch.nn import functional as F

CLASSES, RATE, MOMENTUM = 2, 1e-3, 0.9
FIRST_OF_LAST = 10  # of Lite0's sixteen blocks


def image(batch: int, size: int) -> Tensor:
    """[batch, 3, size, size]: waves that differ from channel to channel and from photo to photo, and noise."""
    n, c, i, j = (torch.arange(count, dtype=torch.float64) for count in (batch, 3, size, size))
    waves = 0.013 * (i + 1)[:, None] * (c + 1)[:, None, None] + 0.021 * j + 1.7 * n[:, None, None, None]
    k = torch.arange(batch * 3 * size * size).reshape(batch, 3, size, size)
    noise = (k * 2654435761 % 2**32 // 2**16 % 256 - 127.5) / 128
    return (0.5 * torch.sin(waves) + 0.5 * noise).float()


def head_weight(features: int) -> Tensor:
    """[classes, features]"""
    return (0.02 * torch.sin(0.1 * torch.arange(CLASSES * features, dtype=torch.float64))).float().reshape(CLASSES, -1)


def lite0() -> tuple[nn.Module, nn.Linear]:
    net = EfficientNetLite(classes=CLASSES, dropout=0.0)
    state = {name: tensor for name, tensor in embedded_state().items() if not name.startswith('_fc.')}
    net.load_state_dict(state, strict=False)
    return net, net._fc


def resnet34(weights: Path) -> tuple[nn.Module, nn.Linear]:
    from torchvision.models import resnet34 as build

    net = build()
    net.load_state_dict(torch.load(weights, map_location='cpu', weights_only=True))
    net.fc = nn.Linear(net.fc.in_features, CLASSES)
    return net, net.fc


def trained(net: nn.Module, what: str) -> list[nn.Parameter]:
    """The parameters to train; the others get no gradient."""
    if what == 'last':
        if not isinstance(net, EfficientNetLite):
            raise SystemExit('only the last blocks of efficientnet-lite0 are compared')
        net.requires_grad_(False)
        for part in (*net._blocks[FIRST_OF_LAST:], net._conv_head, net._bn1, net._fc):
            part.requires_grad_(True)
    return [p for p in net.parameters() if p.requires_grad]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('network', choices=('efficientnet-lite0', 'resnet34'))
    parser.add_argument('what', choices=('all', 'last', 'batch-norm'))
    parser.add_argument('format', choices=('nchw', 'channels_last'))
    parser.add_argument('--weights', type=Path)
    parser.add_argument('--batch', type=int, default=8)
    parser.add_argument('--size', type=int, default=224)
    parser.add_argument('--threads', type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    net, head = lite0() if options.network == 'efficientnet-lite0' else resnet34(options.weights)
    with torch.no_grad():
        head.weight.copy_(head_weight(head.in_features))
        head.bias.zero_()
    net.train(options.what == 'batch-norm')
    memory_format = torch.channels_last if options.format == 'channels_last' else torch.contiguous_format
    net = net.to(memory_format=memory_format)
    x = image(options.batch, options.size).to(memory_format=memory_format)
    labels = torch.arange(options.batch) % CLASSES
    optimizer = torch.optim.SGD(trained(net, options.what), lr=RATE, momentum=MOMENTUM)

    def step() -> float:
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    print(json.dumps({'ready': f'PyTorch {torch.__version__}'}), flush=True)
    for line in sys.stdin:
        seconds, losses = [], []
        for _ in range(json.loads(line)['run']):
            begin = time.perf_counter()
            losses.append(step())
            seconds.append(time.perf_counter() - begin)
        print(json.dumps({'seconds': seconds, 'losses': losses}), flush=True)


if __name__ == '__main__':
    main()
