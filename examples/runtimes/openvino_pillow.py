"""What a photo shows, by OpenVINO and Pillow: a label and its probability, or "neither".

    pip install openvino==2026.4.1 pillow==13.0.0
    python openvino_pillow.py model.onnx PHOTO
"""
import json
import sys

import numpy as np
import openvino
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


def fact(name):
    place = ['framework', f'chiquito.{name}']
    return json.loads(network.get_rt_info(place).astype(str)) if network.has_rt_info(place) else {}


path, file = sys.argv[1:]
core = openvino.Core()
network = core.read_model(path)
labels, view, threshold = fact('labels'), fact('view'), fact('abstention').get('threshold')
# Left to itself it computes in bfloat16 where the processor can: probabilities are up to 0.01 off.
model = core.compile_model(network, 'CPU', {'INFERENCE_PRECISION_HINT': 'f32'})

# Cameras lay photos down and say so in a mark.
photo = ImageOps.exif_transpose(Image.open(file)).convert('RGB')
answer = model({'pixels': np.asarray(view_of(photo, **view))[None]})
probabilities = answer['probabilities'][0]
known = None if threshold is None else answer['known'][0]

best = probabilities.argmax()
print('neither' if known is not None and known < threshold else f'{labels[best]} {probabilities[best]:.4f}')
