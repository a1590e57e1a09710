"""What a photo shows, by OpenCV alone: a label and its probability, or "neither". OpenCV does not show what a model says of
itself, so that the package onnx reads it; a program that knows its model can hold the three facts instead.

    pip install opencv-python-headless==5.0.0.93 onnx==1.23.2
    python opencv_dnn.py model.onnx PHOTO
"""
import json
import sys

import cv2
import numpy as np
import onnx


def view_of(photo, size, resize):
    """The square of pixels that the model reads."""
    height, width = photo.shape[:2]
    if resize == 'crop':
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        photo = photo[top:top + side, left:left + side]
    if resize != 'pad':
        return cv2.resize(photo, (size, size), interpolation=cv2.INTER_AREA)
    small = [max(1, int(length / max(height, width) * size + 0.5)) for length in (width, height)]
    left, top = ((size - length) // 2 for length in small)
    canvas = np.full((size, size, 3), (124, 116, 104), np.uint8)
    canvas[top:top + small[1], left:left + small[0]] = cv2.resize(photo, small, interpolation=cv2.INTER_AREA)
    return canvas


model, file = sys.argv[1:]
facts = {one.key: one.value for one in onnx.load(model).metadata_props}
labels, view = (json.loads(facts[f'chiquito.{name}']) for name in ['labels', 'view'])
threshold = json.loads(facts.get('chiquito.abstention', '{}')).get('threshold')

# imread turns photos as their marks say, and gives blue first.
photo = cv2.cvtColor(cv2.imread(file, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
net = cv2.dnn.readNetFromONNX(model)
net.setInput(view_of(photo, **view)[None])
probabilities = net.forward('probabilities')[0]
known = None if threshold is None else net.forward('known').item()

best = probabilities.argmax()
print('neither' if known is not None and known < threshold else f'{labels[best]} {probabilities[best]:.4f}')
