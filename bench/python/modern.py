"""A modern fine-tuning recipe in plain PyTorch, for `bench fine-tune`: the same weights, the same photos.

    modern.py DATASET [--epochs 4] [--seed 0] [--threads 2] [--workers 1]

The head comes from logistic regression on standardised frozen features; then all layers learn, batch norm in
evaluation mode: AdamW, one cycle, label smoothing, dropout, augmentation, a moving average of the weights. Photos are
decoded once and kept in memory. Prints one line of JSON: seconds (from opening the data set to the last validation,
without imports), secondsWithImport, accuracy on the validation photos, and that of the head alone.
"""

from __future__ import annotations

import time

began = time.perf_counter()

import argparse
import copy
import json
import math
import random
from pathlib import Path

import numpy as np
import torch
from efficientnet_lite import MEAN, STD, EfficientNetLite, embedded_state
from PIL import Image
from photos import open_photo, photos_in
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

imported = time.perf_counter()

SIZE, BATCH, FEATURES = 224, 8, 1280
KEPT = 2 * SIZE  # longest side of a photo in memory
RATE, HEAD_FACTOR, DECAY, SMOOTHING, AVERAGE, C = 2e-4, 3, 0.01, 0.1, 0.98, 0.01
DEGREES, LIGHT, ZOOM, OFTEN = 10, 0.05, 1.3, 0.75


class Views(Dataset):
    """Photos as the network sees them, [3, size, size], with their labels; varied where they are to learn from."""

    def __init__(self, photos: list[Image.Image], labels: list[int], seed: int | None) -> None:
        self.photos, self.labels, self.seed = photos, labels, seed
        self.epoch = 0

    def __len__(self) -> int:
        return len(self.photos)

    def __getitem__(self, i: int) -> tuple[Tensor, int]:
        if self.seed is None:
            view = self.photos[i].resize((SIZE, SIZE), Image.BILINEAR)
        else:
            view = varied(self.photos[i], random.Random(f'{self.seed} {self.epoch} {i}'))
        pixels = torch.from_numpy(np.array(view)).permute(2, 0, 1).float()
        return (pixels - MEAN) / STD, self.labels[i]


def varied(photo: Image.Image, draw: random.Random) -> Image.Image:
    """Zoomed, turned with reflected borders, mirrored, another light: the article's augmentation."""
    side = round(SIZE * (draw.uniform(1, ZOOM) if draw.random() < OFTEN else 1))
    view = photo.resize((side, side), Image.BILINEAR)
    left, top = (draw.randrange(side - SIZE + 1) for _ in range(2))
    view = view.crop((left, top, left + SIZE, top + SIZE))
    if draw.random() < OFTEN:
        border = math.ceil(SIZE * math.sin(math.radians(DEGREES)) / 2) + 1
        wide = np.pad(np.asarray(view), ((border, border), (border, border), (0, 0)), 'reflect')
        turned = Image.fromarray(wide).rotate(draw.uniform(-DEGREES, DEGREES), Image.BILINEAR)
        view = turned.crop((border, border, border + SIZE, border + SIZE))
    if draw.random() < 0.5:
        view = view.transpose(Image.FLIP_LEFT_RIGHT)
    light, contrast = draw.uniform(-LIGHT, LIGHT), 1 + draw.uniform(-LIGHT, LIGHT)
    table = [min(255, max(0, round((v - 127.5) * contrast + 127.5 + 255 * light))) for v in range(256)]
    return view.point(table * 3)


def decoded(path: Path) -> Image.Image:
    photo = open_photo(path)
    photo.thumbnail((KEPT, KEPT), Image.BILINEAR)
    return photo


def batches(views: Views, workers: int, shuffle: bool = False) -> DataLoader:
    return DataLoader(views, BATCH, shuffle=shuffle, num_workers=workers, drop_last=shuffle)


@torch.inference_mode()
def look(net: EfficientNetLite, views: Views, workers: int) -> tuple[Tensor, Tensor]:
    """Pooled features of all photos, and their labels."""
    seen = [(net.features(channels_last(x)).mean((2, 3)), y) for x, y in batches(views, workers)]
    features, labels = zip(*seen, strict=True)
    return torch.cat(features), torch.cat(labels)


def channels_last(x: Tensor) -> Tensor:
    return x.contiguous(memory_format=torch.channels_last)


def logistic_head(features: Tensor, labels: Tensor, classes: int) -> nn.Linear:
    """Logistic regression on standardised features, as one layer over raw ones."""
    mean, deviation = features.mean(0), features.std(0) + 1e-6
    fit = LogisticRegression(C=C, max_iter=2000).fit(((features - mean) / deviation).numpy(), labels.numpy())
    weight, bias = (torch.from_numpy(a).float() for a in (fit.coef_, fit.intercept_))
    if classes == 2:  # one row tells two classes apart
        weight, bias = (torch.cat([-a / 2, a / 2]) for a in (weight, bias))
    head = nn.Linear(FEATURES, classes)
    with torch.no_grad():
        head.weight.copy_(weight / deviation)
        head.bias.copy_(bias - (weight / deviation) @ mean)
    return head


def accuracy(net: EfficientNetLite, views: Views, workers: int) -> float:
    features, labels = look(net, views, workers)
    with torch.inference_mode():
        return float((net._fc(features).argmax(1) == labels).float().mean())


def fine_tune(net: EfficientNetLite, views: Views, epochs: int, workers: int) -> EfficientNetLite:
    """Returns the moving average of the weights."""
    head = list(net._fc.parameters())
    trunk = [p for p in net.parameters() if not any(p is q for q in head)]
    optimizer = torch.optim.AdamW(
        [{'params': trunk, 'lr': RATE}, {'params': head, 'lr': RATE * HEAD_FACTOR}], weight_decay=DECAY
    )
    steps = epochs * (len(views) // BATCH)
    cycle = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, [RATE, RATE * HEAD_FACTOR], total_steps=steps, pct_start=0.25, cycle_momentum=False
    )
    average = copy.deepcopy(net)
    net._dropout.train()  # batch norm stays in evaluation mode
    for epoch in range(epochs):
        views.epoch = epoch
        for x, y in batches(views, workers, shuffle=True):
            optimizer.zero_grad()
            F.cross_entropy(net(channels_last(x)), y, label_smoothing=SMOOTHING).backward()
            optimizer.step()
            cycle.step()
            with torch.no_grad():
                torch._foreach_lerp_(list(average.parameters()), list(net.parameters()), 1 - AVERAGE)
    return average


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('dataset', type=Path)
    parser.add_argument('--epochs', type=int, default=4)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--workers', type=int, default=1, help='processes that prepare photos')
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    started = time.perf_counter()
    photos = photos_in(options.dataset, options.seed)
    names = sorted({p.label for p in photos})
    images = {p: decoded(p.path) for p in photos}

    def part(valid: bool, seed: int | None) -> Views:
        chosen = [p for p in photos if p.valid is valid]
        return Views([images[p] for p in chosen], [names.index(p.label) for p in chosen], seed)

    net = EfficientNetLite(classes=len(names))
    state = {name: tensor for name, tensor in embedded_state().items() if not name.startswith('_fc.')}
    net.load_state_dict(state, strict=False)
    net = net.eval().to(memory_format=torch.channels_last)
    features, labels = look(net, part(False, None), options.workers)
    net._fc = logistic_head(features, labels, len(names))
    held = part(True, None)
    frozen = accuracy(net, held, options.workers)
    average = fine_tune(net, part(False, options.seed), options.epochs, options.workers)
    answer = {'accuracy': accuracy(average, held, options.workers), 'frozen': frozen}
    ended = time.perf_counter()
    answer |= {'seconds': ended - started, 'secondsWithImport': ended - started + imported - began}
    print(json.dumps(answer))


if __name__ == '__main__':
    main()
