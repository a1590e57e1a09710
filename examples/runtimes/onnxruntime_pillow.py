"""What a photo shows, by onnxruntime and Pillow: a label and its probability, or "neither".

    pip install onnxruntime==1.32.0 pillow==13.0.0
    python onnxruntime_pillow.py model.onnx PHOTO
"""
import json
import sys

import numpy as np
import onnxruntime
from PIL import Image, ImageOps


def view_of(photo, size, resize):
    """The square of pixels that the model reads. BILINEAR widens its filter as it shrinks."""
    if resize == 'crop':
        side = min(photo.size)
        left, top = ((length - side) // 2 for length in photo.size)
        photo = photo.crop((left, top, left + side, top + side))
    if resize != 'pad':
        return photo.resize((size, size), Image.Resampling.BILINEAR)
    canvas = Image.new('RGB', (size, size), (124, 116, 104))
    small = photo.resize([max(1, int(length / max(photo.size) * size + 0.5)) for length in photo.size], Image.Resampling.BILINEAR)
    canvas.paste(small, tuple((size - length) // 2 for length in small.size))
    return canvas


model, file = sys.argv[1:]
session = onnxruntime.InferenceSession(model, providers=['CPUExecutionProvider'])
facts = session.get_modelmeta().custom_metadata_map
labels, view = (json.loads(facts[f'chiquito.{name}']) for name in ['labels', 'view'])
threshold = json.loads(facts.get('chiquito.abstention', '{}')).get('threshold')

# Cameras lay photos down and say so in a mark.
photo = ImageOps.exif_transpose(Image.open(file)).convert('RGB')
pixels = np.asarray(view_of(photo, **view))[None]
probabilities = session.run(['probabilities'], {'pixels': pixels})[0][0]
known = None if threshold is None else session.run(['known'], {'pixels': pixels})[0][0]

best = probabilities.argmax()
print('neither' if known is not None and known < threshold else f'{labels[best]} {probabilities[best]:.4f}')
