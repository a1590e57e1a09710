"""How far the answers of a model.onnx are from the product's where others make the photos small.

    python resizing.py MODEL SIZE FILE

FILE holds what the product says: {"PHOTO": [probabilities…], …}.

Prints one line of JSON: for each way the largest and the mean difference of a probability, and how many verdicts change. The photos are
squashed to SIZE x SIZE, as "view" of such a model says.
"""
import json
import sys

import cv2
import numpy as np
import onnxruntime as ort
from PIL import Image, ImageOps


def pillow(resample, **options):
    def view(path, size):
        photo = ImageOps.exif_transpose(Image.open(path)).convert('RGB')
        return np.asarray(photo.resize((size, size), resample, **options))

    return view


def opencv(interpolation, is_rgb=True):
    def view(path, size):
        photo = cv2.imread(path, cv2.IMREAD_COLOR)
        small = cv2.resize(photo, (size, size), interpolation=interpolation)
        return small[:, :, ::-1] if is_rgb else small

    return view


WAYS = {
    'cv2.INTER_AREA': opencv(cv2.INTER_AREA),
    'cv2.INTER_LINEAR': opencv(cv2.INTER_LINEAR),
    'cv2.INTER_AREA, BGR by mistake': opencv(cv2.INTER_AREA, is_rgb=False),
    'Pillow BILINEAR': pillow(Image.Resampling.BILINEAR),
    'Pillow BILINEAR, reducing_gap 2': pillow(Image.Resampling.BILINEAR, reducing_gap=2),
    'Pillow HAMMING': pillow(Image.Resampling.HAMMING),
    'Pillow BICUBIC': pillow(Image.Resampling.BICUBIC),
    'Pillow LANCZOS': pillow(Image.Resampling.LANCZOS),
    'Pillow BOX': pillow(Image.Resampling.BOX),
    'Pillow NEAREST': pillow(Image.Resampling.NEAREST),
}


def main():
    model, size = sys.argv[1], int(sys.argv[2])
    expected = {path: np.array(p) for path, p in json.load(open(sys.argv[3])).items()}
    session = ort.InferenceSession(model, providers=['CPUExecutionProvider'])
    found = {}
    for name, view in WAYS.items():
        differences, changed = [], 0
        for path, ours in expected.items():
            pixels = np.ascontiguousarray(view(path, size))[None]
            theirs = session.run(['probabilities'], {'pixels': pixels})[0][0]
            differences.append(np.abs(theirs - ours).max())
            changed += int(theirs.argmax() != ours.argmax())
        found[name] = {'largest': float(max(differences)), 'mean': float(np.mean(differences)), 'changed': changed}
    print(json.dumps(found))


main()
