"""fastai's side of `bench recipe` and `bench fine-tune`: the same weights, the same photos, current fastai on PyTorch.

    recipe.py --stages12 DATASET       the article's stages one and two (its head, SGD, rate 0.01, batches of 8)
    recipe.py --stages123 DATASET      these, then all layers at three rates (cycles of 1, 2 and 4 epochs), then
                                       test-time augmentation
    recipe.py --fine-tune 5 DATASET    fastai's own way for a new data set

Prints one line of JSON: seconds (from opening the data set to the last validation, without imports),
secondsWithImport, accuracy on the validation photos, and the accuracy after each stage (and `tta`).
"""

from __future__ import annotations

import time

began = time.perf_counter()

import argparse
import contextlib
import json
import math
import os
import sys
import warnings
from pathlib import Path

import torch
from efficientnet_lite import MEAN, STD, EfficientNetLite, embedded_state
from fastai.vision.all import (
    SGD,
    BnFreeze,
    CategoryBlock,
    DataBlock,
    ImageBlock,
    Learner,
    Normalize,
    ParamScheduler,
    PILImage,
    Resize,
    accuracy,
    aug_transforms,
    create_head,
    params,
    partial,
    set_seed,
)
from photos import Photo, open_photo, photos_in
from torch import nn

imported = time.perf_counter()

RATE, BATCH, SIZE = 1e-2, 8, 224
LATE = 5  # the first of the sixteen blocks that is not early


class Trunk(nn.Module):
    """The network up to its last feature map."""

    def __init__(self) -> None:
        super().__init__()
        self.net = EfficientNetLite()
        self.net.load_state_dict(embedded_state(), strict=False)
        self.net._fc = nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.net.features(x)


class Decoded(PILImage):
    """fastai's image type, reading every kind of file that the data set has."""

    @classmethod
    def create(cls, path: Path, **_):
        return cls(open_photo(path))


def loaders(photos: list[Photo], batch: int, augmentation: list, workers: int):
    block = DataBlock(
        blocks=(ImageBlock(Decoded), CategoryBlock()),
        get_x=lambda photo: photo.path,
        get_y=lambda photo: photo.label,
        splitter=lambda items: tuple(
            [i for i, photo in enumerate(items) if photo.valid is valid] for valid in (False, True)
        ),
        item_tfms=Resize(SIZE),
        batch_tfms=[*augmentation, Normalize.from_stats([MEAN / 255] * 3, [STD / 255] * 3)],
    )
    return block.dataloaders(photos, bs=batch, num_workers=workers, device=torch.device('cpu'))


def groups(model: nn.Sequential) -> list[list[nn.Parameter]]:
    """The article's three: early layers, late layers, the new head. The frozen trunk is the first two."""
    trunk, head = model
    net = trunk.net
    early = [net._conv_stem, net._bn0, *net._blocks[:LATE]]
    late = [*net._blocks[LATE:], net._conv_head, net._bn1]
    return [params(nn.ModuleList(part)) for part in (early, late, [head])]


def learner(dls, **options) -> Learner:
    # The article's head is fastai's own: concatenated max and average pooling, batch norm, dropout, 512 units.
    head = create_head(1280, dls.c, ps=0.5)
    for layer in head:
        if isinstance(layer, nn.Linear):
            nn.init.kaiming_normal_(layer.weight)
    model = nn.Sequential(Trunk(), head)
    return Learner(dls, model, metrics=accuracy, splitter=groups, **options)


def stages(photos: list[Photo], workers: int, third: bool) -> tuple[list[float], float | None]:
    """fit(0.01, 2), then with augmentation fit(0.01, 4, cycle_len=1), the trunk frozen with its batch norm; where asked
    for, all layers as in the article: fit([1e-4, 1e-3, 1e-2], 3, cycle_len=1, cycle_mult=2), and TTA."""
    sgd = partial(SGD, mom=0.9)
    learn = learner(loaders(photos, BATCH, [], workers), opt_func=sgd, wd=0.0, cbs=BnFreeze())
    learn.freeze()
    learn.fit(2, RATE)
    found = [float(learn.validate()[1])]
    learn.dls = loaders(photos, BATCH, aug_transforms(
        max_rotate=10, max_zoom=1.3, min_zoom=1.0, max_lighting=0.05, max_warp=0.0), workers)
    # fastai 2's fit_sgdr divides by zero when cycles keep their length
    cosine = ParamScheduler({'lr': lambda at: RATE / 2 * (1 + math.cos(math.pi * ((at * 4) % 1)))})
    learn.fit(4, RATE, cbs=cosine)
    found.append(float(learn.validate()[1]))
    if not third:
        return found, None
    learn.unfreeze()
    learn.fit_sgdr(3, 1, lr_max=slice(1e-4, 1e-2), cycle_mult=2)
    found.append(float(learn.validate()[1]))
    # four augmented views and the plain one, a fifth each
    predictions, labels = learn.tta(n=4, beta=0.2)
    return found, float((predictions.argmax(1) == labels).float().mean())


def fine_tune(photos: list[Photo], epochs: int, batch: int, workers: int) -> list[float]:
    learn = learner(loaders(photos, batch, aug_transforms(), workers))
    learn.freeze()
    learn.fine_tune(epochs)
    return [float(learn.validate()[1])]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('dataset', type=Path)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument('--stages12', action='store_true')
    what.add_argument('--stages123', action='store_true')
    what.add_argument('--fine-tune', type=int, metavar='EPOCHS')
    parser.add_argument('--batch', type=int, default=BATCH, help='batch size of --fine-tune')
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--workers', type=int, default=2, help='processes that load photos')
    parser.add_argument('--seed', type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    set_seed(options.seed)
    warnings.simplefilter('ignore')
    started = time.perf_counter()
    photos = photos_in(options.dataset, options.seed)
    with open(os.devnull, 'w') as nothing, contextlib.redirect_stdout(nothing):
        if options.fine_tune is None:
            found, tta = stages(photos, options.workers, options.stages123)
        else:
            found, tta = fine_tune(photos, options.fine_tune, options.batch, options.workers), None
    ended = time.perf_counter()
    seconds = ended - started
    json.dump(
        {
            'seconds': seconds,
            'secondsWithImport': seconds + imported - began,
            'accuracy': found[-1],
            'stages': found,
            'tta': tta,
            'photos': len(photos),
            'threads': options.threads,
        },
        sys.stdout,
    )
    print()


if __name__ == '__main__':
    main()
