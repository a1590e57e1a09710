"""The plainest head on frozen features, for `bench accuracy` to stand beside: standardise, logistic regression.

    baselines.py [--folds 5] [--c 0.01] DATASET...
    baselines.py --held FILE [--c 0.01]

One line of JSON for each data set: accuracy and log loss on its validation photos (a flat set is split by seed),
and in cross-validation over all its photos with exact copies in one fold. Features are the 1280 global averages of
the embedded network; photos are resized to the square.

FILE says instead which photos are held out, and when: {"photos": [{"path", "label", "held"}]}, where those with the
same `held`, 0 or more, are judged by a head that learnt from all others, and those with -1 are never held out. Prints
{"accuracy"} over those judged.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from pathlib import Path

import numpy as np
import torch
from efficientnet_lite import MEAN, STD, EfficientNetLite, embedded_state
from PIL import Image
from photos import Photo, open_photo, photos_in
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

SIZE, BATCH = 224, 8


def features_of(photos: list[Photo]) -> np.ndarray:
    """[photo, 1280]"""
    net = EfficientNetLite()
    net.load_state_dict(embedded_state(), strict=False)
    net = net.eval().to(memory_format=torch.channels_last)
    rows = []
    with torch.inference_mode():
        for start in range(0, len(photos), BATCH):
            views = [
                np.asarray(open_photo(p.path).resize((SIZE, SIZE), Image.BILINEAR)) for p in photos[start : start + BATCH]
            ]
            pixels = torch.from_numpy(np.stack(views)).permute(0, 3, 1, 2).float()
            rows.append(net.features((pixels - MEAN) / STD).mean((2, 3)).numpy())
    return np.concatenate(rows)


def head(c: float):
    return make_pipeline(StandardScaler(), LogisticRegression(C=c, max_iter=2000))


def judge(rows: np.ndarray, labels: np.ndarray, train: np.ndarray, held: np.ndarray, c: float) -> np.ndarray:
    """Probabilities of the photos held out, [photo, class]."""
    return head(c).fit(rows[train], labels[train]).predict_proba(rows[held])


def measure(root: Path, folds: int, c: float, seed: int) -> dict:
    began = time.perf_counter()
    photos = photos_in(root, seed)
    names = sorted({p.label for p in photos})
    labels = np.array([names.index(p.label) for p in photos])
    rows = features_of(photos).astype(np.float64)
    extracted = time.perf_counter()
    valid = np.array([p.valid for p in photos])
    probabilities = judge(rows, labels, np.flatnonzero(~valid), np.flatnonzero(valid), c)
    answer = {
        'set': root.name,
        'photos': len(photos),
        'classes': len(names),
        'accuracy': float((probabilities.argmax(1) == labels[valid]).mean()),
        'logLoss': float(log_loss(labels[valid], probabilities, labels=range(len(names)))),
        'seconds': time.perf_counter() - began,
        'extraction': extracted - began,
    }
    copies = [hashlib.sha256(p.path.read_bytes()).hexdigest() for p in photos]
    out = np.zeros((len(photos), len(names)))
    for train, held in StratifiedGroupKFold(folds, shuffle=True, random_state=seed).split(rows, labels, copies):
        out[held] = judge(rows, labels, train, held, c)
    answer['crossValidated'] = float((out.argmax(1) == labels).mean())
    answer['crossValidatedLogLoss'] = float(log_loss(labels, out, labels=range(len(names))))
    return answer


def measure_held(file: Path, c: float) -> dict:
    records = json.loads(file.read_text())['photos']
    rows = features_of([Photo(Path(r['path']), r['label'], r['held'] >= 0) for r in records]).astype(np.float64)
    labels, held = (np.array([r[key] for r in records]) for key in ('label', 'held'))
    right = 0
    for fold in sorted({*held} - {-1}):
        fitted = head(c).fit(rows[held != fold], labels[held != fold])
        right += int((fitted.predict(rows[held == fold]) == labels[held == fold]).sum())
    return {'accuracy': right / int((held >= 0).sum())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('datasets', nargs='*', type=Path)
    parser.add_argument('--held', type=Path)
    parser.add_argument('--folds', type=int, default=5)
    parser.add_argument('--c', type=float, default=0.01)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--threads', type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.held is not None:
        print(json.dumps(measure_held(options.held, options.c)))
    for root in options.datasets:
        print(json.dumps(measure(root, options.folds, options.c, options.seed)), flush=True)


if __name__ == '__main__':
    main()
