"""Data sets as class folders, for the Python side of comparisons: the layouts that the product reads, too."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

VALID_NAMES = ('valid', 'val', 'validation')


@dataclass(frozen=True)
class Photo:
    path: Path
    label: str
    valid: bool


def open_photo(path: Path) -> Image.Image:
    """RGB, upright, transparency on white."""
    with Image.open(path) as image:
        image = ImageOps.exif_transpose(image)
        if image.mode in ('P', 'LA', 'PA', 'RGBA') or 'transparency' in image.info:
            image = image.convert('RGBA')
            white = Image.new('RGBA', image.size, 'white')
            white.alpha_composite(image)
            image = white
        return image.convert('RGB')


def class_folders(root: Path) -> list[Path]:
    return sorted(p for p in root.iterdir() if p.is_dir() and not p.name.startswith('.'))


def photos_in(root: Path, seed: int = 0, valid_fraction: float = 0.2) -> list[Photo]:
    """Every photo of train/ and valid/ (or val, validation); a flat data set is split by seed."""
    if not root.is_dir():
        raise SystemExit(f'{root}: no such folder; give a data set with a folder for each class')
    photos = []
    for name, valid in (('train', False), *((n, True) for n in VALID_NAMES)):
        if (root / name).is_dir():
            photos += [Photo(f, c.name, valid) for c in class_folders(root / name) for f in files_of(c)]
    if photos:
        if not any(p.valid for p in photos):
            raise SystemExit(f'{root}: train/ has no valid/ beside it')
        return photos
    for folder in class_folders(root):
        files = files_of(folder)
        random.Random(seed).shuffle(files)
        held = round(len(files) * valid_fraction)
        photos += [Photo(f, folder.name, i < held) for i, f in enumerate(files)]
    if len({p.label for p in photos}) < 2:
        raise SystemExit(f'{root}: expected at least two class folders')
    return photos


def files_of(folder: Path) -> list[Path]:
    return sorted(f for f in folder.iterdir() if f.is_file() and not f.name.startswith('.'))
