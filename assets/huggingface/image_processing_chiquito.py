"""Photos as a classifier made by chiquito has learnt from them: each pixel the mean of the area that it covers."""

import os

import numpy as np
from PIL import Image, ImageOps
from transformers.image_processing_utils import BaseImageProcessor, BatchFeature
from transformers.image_utils import load_image

# What a padded photo leaves empty: the mean colour of ImageNet.
NEUTRAL = (124, 116, 104)


class ChiquitoImageProcessor(BaseImageProcessor):
    model_input_names = ["pixel_values"]

    def __init__(self, view=None, **kwargs):
        super().__init__(**kwargs)
        self.view = view or {"size": 224, "resize": "squash"}

    def __call__(self, images, **kwargs):
        return self.preprocess(images, **kwargs)

    def preprocess(self, images, return_tensors=None, **kwargs):
        photos = images if isinstance(images, (list, tuple)) else [images]
        views = [render(photo_of(photo), **self.view) for photo in photos]
        pixels = np.stack(views).transpose(0, 3, 1, 2).astype(np.float32)
        return BatchFeature({"pixel_values": np.ascontiguousarray(pixels)}, tensor_type=return_tensors)


def photo_of(photo):
    """A photo as RGB bytes [height, width, 3], upright, on white where it is transparent."""
    if isinstance(photo, str):
        # load_image lets hidden colours show, and makes 16 bits of grey white.
        photo = Image.open(photo) if os.path.isfile(photo) else load_image(photo)
    if not isinstance(photo, Image.Image):
        photo = Image.fromarray(np.asarray(photo))
    photo = ImageOps.exif_transpose(photo)
    if photo.mode.startswith("I;16"):
        photo = Image.fromarray((np.asarray(photo) >> 8).astype(np.uint8))
    if "A" in photo.getbands() or "transparency" in photo.info:
        photo = photo.convert("RGBA")
        photo = Image.alpha_composite(Image.new("RGBA", photo.size, "white"), photo)
    return np.asarray(photo.convert("RGB"))


def render(photo, size, resize):
    """The square that the network sees, bytes [size, size, 3]."""
    # Large photos are halved first, as often as leaves the short side its size.
    factor = next((factor for factor in (8, 4, 2) if min(photo.shape[:2]) // factor >= size), 1)
    height, width = (-(-length // factor) for length in photo.shape[:2])
    if resize == "crop":
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        return resized(photo, (height, top, side, size), (width, left, side, size))
    if resize == "squash":
        return resized(photo, (height, 0, height, size), (width, 0, width, size))
    longest = max(height, width)
    rows = max(1, int(height / longest * size + 0.5))
    columns = max(1, int(width / longest * size + 0.5))
    canvas = np.empty((size, size, 3), np.uint8)
    canvas[:] = NEUTRAL
    top, left = (size - rows) // 2, (size - columns) // 2
    canvas[top : top + rows, left : left + columns] = resized(photo, (height, 0, height, rows), (width, 0, width, columns))
    return canvas


def resized(photo, vertical, horizontal):
    rows, columns = taken(photo.shape[0], *vertical), taken(photo.shape[1], *horizontal)
    halfway = np.tensordot(rows, photo.astype(np.float32), 1)
    pixels = np.tensordot(columns, halfway, ([1], [1])).transpose(1, 0, 2)
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)


def taken(length, halved, first, count, outputs):
    """How much each output pixel takes of each pixel of an axis that is halved, and of which `count` from `first` on are then resized."""
    share = np.zeros((outputs, halved), np.float32)
    share[:, first : first + count] = shares(count, outputs)
    return share if halved == length else share @ shares(length, halved)


def shares(length, outputs):
    """How much each output pixel takes of each input pixel along an axis, [outputs, length]."""
    scale = length / outputs
    low = np.arange(outputs)[:, None] * scale
    pixel = np.arange(length)[None]
    if scale > 1:
        share = np.maximum(np.minimum(low + scale, pixel + 1) - np.maximum(low, pixel), 0) / scale
    else:
        centre = np.clip(low + scale / 2 - 0.5, 0, length - 1)
        share = np.maximum(1 - np.abs(pixel - centre), 0)
    return share.astype(np.float32)
