"""EfficientNet-Lite in PyTorch, for comparisons only: the product itself never runs Python.

Architecture and tensor names follow the checkpoints of Google's EfficientNet-Lite project as ported to
PyTorch (`_conv_stem`, `_bn0`, `_blocks.N...`, `_conv_head`, `_bn1`, `_fc`), so their state dicts load as is.
Input: [batch, 3, size, size] float32, RGB, (byte - 127) / 128.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

MEAN, STD = 127.0, 128.0

# (blocks, kernel, stride, expansion, output channels) of Lite0; the others scale depth and width.
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
LITE0 = {'stages': STAGES, 'size': 224, 'dropout': 0.2}
LITE2 = {
    'stages': tuple(
        (blocks, kernel, stride, expansion, channels)
        for (_, kernel, stride, expansion, _), blocks, channels in zip(
            STAGES, (1, 3, 3, 4, 4, 5, 1), (16, 24, 48, 88, 120, 208, 352), strict=True
        )
    ),
    'size': 260,
    'dropout': 0.3,
}


ASSET = Path(__file__).resolve().parents[2] / 'assets' / 'efficientnet-lite0.safetensors'


def embedded_state() -> dict[str, Tensor]:
    """The weights that the product embeds, widened to float32; `_fc` is not among them."""
    data = ASSET.read_bytes()
    start = 8 + struct.unpack('<Q', data[:8])[0]
    header = json.loads(data[8:start])
    header.pop('__metadata__', None)
    kinds = {'F16': np.float16, 'F32': np.float32}
    state = {}
    for name, entry in header.items():
        begin, end = (start + at for at in entry['data_offsets'])
        values = np.frombuffer(data[begin:end], kinds[entry['dtype']]).reshape(entry['shape'])
        state[name] = torch.from_numpy(values.astype(np.float32))
    return state


class SameConv(nn.Conv2d):
    """A convolution with TensorFlow's "same" padding: what stride 2 needs lies at the bottom and right."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> None:
        even = (kernel - 1) // 2 if stride == 1 else 0
        super().__init__(inputs, outputs, kernel, stride, even, groups=groups, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        if self.stride[0] > 1:
            x = F.pad(x, self._around(x.shape[3]) + self._around(x.shape[2]))
        return super().forward(x)

    def _around(self, length: int) -> tuple[int, int]:
        stride, kernel = self.stride[0], self.kernel_size[0]
        total = max((-(-length // stride) - 1) * stride + kernel - length, 0)
        return total // 2, total - total // 2


def batch_norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


class Block(nn.Module):
    """Inverted residual: expand 1x1, depthwise k x k, project 1x1; added to its input where shapes allow."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        inner = inputs * expansion
        self.expands = expansion != 1
        if self.expands:
            self._expand_conv = SameConv(inputs, inner, 1)
            self._bn0 = batch_norm(inner)
        self._depthwise_conv = SameConv(inner, inner, kernel, stride, groups=inner)
        self._bn1 = batch_norm(inner)
        self._project_conv = SameConv(inner, outputs, 1)
        self._bn2 = batch_norm(outputs)
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu6(self._bn0(self._expand_conv(x))) if self.expands else x
        y = F.relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        return x + y if self.adds else y


class EfficientNetLite(nn.Module):
    """The whole network; `features` stops before pooling ([batch, 1280, size / 32, size / 32])."""

    def __init__(self, stages: tuple = STAGES, size: int = 224, dropout: float = 0.2, classes: int = 1000) -> None:
        super().__init__()
        self.size = size
        self._conv_stem = SameConv(3, 32, 3, 2)
        self._bn0 = batch_norm(32)
        blocks, inputs = [], 32
        self.ends = []  # number of the last block of each stage
        for count, kernel, stride, expansion, outputs in stages:
            for i in range(count):
                blocks.append(Block(inputs, outputs, kernel, stride if i == 0 else 1, expansion))
                inputs = outputs
            self.ends.append(len(blocks) - 1)
        self._blocks = nn.ModuleList(blocks)
        self._conv_head = SameConv(inputs, 1280, 1)
        self._bn1 = batch_norm(1280)
        self._dropout = nn.Dropout(dropout)
        self._fc = nn.Linear(1280, classes)

    @classmethod
    def load(cls, path: str, config: dict = LITE0) -> EfficientNetLite:
        """The network with the weights of a `.pth` file, in evaluation mode."""
        net = cls(**config)
        net.load_state_dict(torch.load(path, map_location='cpu', weights_only=True))
        return net.eval()

    def stages(self, x: Tensor) -> list[Tensor]:
        """The output of every stage, then that of the 1x1 head convolution."""
        x = F.relu6(self._bn0(self._conv_stem(x)))
        outputs = []
        for i, block in enumerate(self._blocks):
            x = block(x)
            if i in self.ends:
                outputs.append(x)
        return [*outputs, F.relu6(self._bn1(self._conv_head(x)))]

    def features(self, x: Tensor) -> Tensor:
        x = F.relu6(self._bn0(self._conv_stem(x)))
        for block in self._blocks:
            x = block(x)
        return F.relu6(self._bn1(self._conv_head(x)))

    def forward(self, x: Tensor) -> Tensor:
        return self._fc(self._dropout(self.features(x).mean((2, 3))))
