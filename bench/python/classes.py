"""scikit-learn's side of `bench classes`: multinomial logistic regression by L-BFGS.

    classes.py THREADS

For each request {"folder", "cs"}: rows-N.npy are the features of each candidate [photo, width], problem.json has the
photos' labels and folds. Fits every candidate, fold and penalty with the stopping tolerance that ours has, and answers
{"seconds", "logLoss"}: log loss on photos left out, candidate by candidate, penalty by penalty.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = sys.argv[1]

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

# Largest component of the gradient of the mean loss, and the most iterations: as src/train/logistic/ has them.
TOLERANCE, ITERATIONS = 2e-5, 200


def answer(folder: Path, cs: list[float]) -> dict:
    problem = json.loads((folder / "problem.json").read_text())
    labels, fold_of = np.array(problem["labels"]), np.array(problem["foldOf"])
    candidates = [np.load(folder / f"rows-{i}.npy") for i in range(problem["candidates"])]
    losses = []
    began = time.perf_counter()
    for rows in candidates:
        costs = {c: np.empty(len(labels)) for c in cs}
        for fold in range(problem["folds"]):
            held = fold_of == fold
            for c in cs:
                fitted = LogisticRegression(C=c, tol=TOLERANCE, max_iter=ITERATIONS).fit(rows[~held], labels[~held])
                chances = fitted.predict_proba(rows[held])
                right = chances[np.arange(held.sum()), labels[held]]
                costs[c][held] = -np.log(np.maximum(right, np.finfo(np.float64).eps))
        losses += [costs[c].mean() for c in cs]
    return {"seconds": time.perf_counter() - began, "logLoss": losses}


def main():
    print(json.dumps({"ready": f"scikit-learn {sklearn.__version__}"}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(answer(Path(request["folder"]), request["cs"])), flush=True)


main()
