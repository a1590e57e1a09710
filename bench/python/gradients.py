"""PyTorch's side of `bench gradients`: exact gradients of whole networks, and how far its own float32 is from them.

    gradients.py NETWORK FOLDER [--weights FILE] [--train] [--batch 8] [--size 224] [--threads 2]

NETWORK and its weights are those of step.py, batch norm in evaluation mode unless --train is given. Reads requests from standard input, one
JSON object a line:
  {"seed": 0}  ->  {"image": path, "grads": path, "loss": float, "parameters": [{"name", "length", "float32"}]}
Both files hold little-endian numbers: the image float32 [batch, 3, size, size], the gradients float64, tensor after
tensor. `float32` is the relative error of PyTorch's own float32: the norm of the difference over the norm.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import torch
from step import CLASSES, head_weight, image, lite0, resnet34
from torch import Tensor, nn
from torch.nn import functional as F


def gradients(net: nn.Module, x: Tensor) -> tuple[float, dict[str, Tensor]]:
    net.zero_grad()
    loss = F.cross_entropy(net(x), torch.arange(len(x)) % CLASSES)
    loss.backward()
    return loss.item(), {name: p.grad.double() for name, p in net.named_parameters()}


def answer(net: nn.Module, x: Tensor, folder: Path) -> dict:
    _, single = gradients(net.float(), x)
    loss, exact = gradients(net.double(), x.double())
    files = {'image': folder / 'image.bin', 'grads': folder / 'grads.bin'}
    files['image'].write_bytes(x.numpy().astype('<f4').tobytes())
    with files['grads'].open('wb') as file:
        for grad in exact.values():
            file.write(grad.contiguous().numpy().astype('<f8').tobytes())
    parameters = [
        {'name': name, 'length': grad.numel(), 'float32': ((single[name] - grad).norm() / grad.norm()).item()}
        for name, grad in exact.items()
    ]
    return {**{name: str(file) for name, file in files.items()}, 'loss': loss, 'parameters': parameters}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('network', choices=('efficientnet-lite0', 'resnet34'))
    parser.add_argument('folder', type=Path)
    parser.add_argument('--weights', type=Path)
    parser.add_argument('--train', action='store_true')
    parser.add_argument('--batch', type=int, default=8)
    parser.add_argument('--size', type=int, default=224)
    parser.add_argument('--threads', type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    net, head = lite0() if options.network == 'efficientnet-lite0' else resnet34(options.weights)
    with torch.no_grad():
        head.weight.copy_(head_weight(head.in_features))
        head.bias.zero_()
    net.train(options.train)
    print(json.dumps({'ready': f'PyTorch {torch.__version__}'}), flush=True)
    for line in sys.stdin:
        torch.manual_seed(json.loads(line)['seed'])
        x = image(options.batch, options.size)
        x = x + 0.5 * torch.randn_like(x)
        print(json.dumps(answer(net, x, options.folder)), flush=True)


if __name__ == '__main__':
    main()
