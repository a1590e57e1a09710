"""Python's side of `bench predict`: a folder of photos judged by a model.onnx, the whole process.

    python predict.py MODEL PHOTOS THREADS BATCH

What a person writes who knows both libraries: Pillow decodes ahead in threads, shrunk while decoding (draft mode), and onnxruntime
looks at batches meanwhile. Size and way of resizing are those that the model's metadata say, as are the labels. Prints a verdict
a photo, as `chiquito predict` does, and no more.
"""

import json
import sys
import warnings
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime as ort
from PIL import Image


def open_model(path, threads):
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    # Left to itself its threads look for work all the time, which the decoding needs: a quarter more processor time.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    entries = session.get_modelmeta().custom_metadata_map
    return session, json.loads(entries["chiquito.view"]), json.loads(entries["chiquito.labels"])


def view(path, size, resize):
    """Bytes [size, size, 3]."""
    with Image.open(path) as image:
        image.draft("RGB", (size, size))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = image.convert("RGB")
    box = {"crop": centre_square, "squash": lambda image: None}[resize](image)
    return np.asarray(image.resize((size, size), Image.BILINEAR, box=box))


def centre_square(image):
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return left, top, left + side, top + side


def batches_ahead(pool, paths, batch, one):
    """Lists of views in order; those of two batches are on their way while one is looked at."""
    waiting = deque()
    for path in paths:
        waiting.append(pool.submit(one, path))
        if len(waiting) == 3 * batch:
            yield [waiting.popleft().result() for _ in range(batch)]
    while waiting:
        yield [waiting.popleft().result() for _ in range(min(batch, len(waiting)))]


def main():
    model, photos, threads, batch = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    session, rule, labels = open_model(model, threads)
    paths = sorted(str(path) for path in Path(photos).rglob("*") if path.is_file())
    verdicts = []
    with ThreadPoolExecutor(threads) as pool:
        for views in batches_ahead(pool, paths, batch, lambda path: view(path, rule["size"], rule["resize"])):
            (probabilities,) = session.run(["probabilities"], {"pixels": np.stack(views)})
            verdicts.extend(probabilities)
    for path, probabilities in zip(paths, verdicts):
        best = int(np.argmax(probabilities))
        print(f"{labels[best]:20} {probabilities[best] * 100:6.1f} %  {path}")


main()
