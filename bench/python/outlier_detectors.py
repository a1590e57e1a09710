"""pytorch-ood's side of `bench neither`: outlier scores of photos that a classifier knows and of others.

Reads requests from standard input, one JSON object a line, with files of rows in NumPy's format:
  {"labels": [...], "read": {"learnt": FILE, "asked": [FILE, ...], "weight": [[...]], "bias": [...]}, "last": {"learnt": FILE, "asked": [FILE, ...]}}
    ->  {"scores": {"KNN, k = 1, last layer": [[one number for each photo of the first file], ...], ...}}
"read" are the standardised features that the head reads, with its weights; "last" the means of the last layer, standardised, with a
head of scikit-learn's, and for neighbours as they are, too. Higher scores are those of photos that are more
familiar: pytorch-ood's are the other way round.

All is computed with 64 bits where a detector leaves that open: its Gaussians neither divide by the number of photos nor
shrink, and with fewer photos than features, in 32 bits, are noise. KNN's k is 50 as it comes, which is more than
some sets have: 1 and 5 are tried, too. ViM leaves out 64 directions, as many as did best by hand.
"""

import json
import sys

import numpy as np
import torch
from pytorch_ood.detector import KNN, EnergyBased, Mahalanobis, MaxSoftmax, ViM
from sklearn.linear_model import LogisticRegression

DIRECTIONS = 64
NEIGHBOURS = (1, 5, 50)


def detectors(weight, bias):
    """Those that need features, by name."""
    yield "Mahalanobis", Mahalanobis(None)
    yield "ViM", ViM(None, d=DIRECTIONS, w=torch.from_numpy(weight), b=torch.from_numpy(bias))


def nearest(learnt, labels, groups):
    for k in NEIGHBOURS:
        detector = KNN(None, k=k).fit_features(torch.from_numpy(learnt), labels)
        yield f"KNN, k = {k}", [-detector.predict_features(torch.from_numpy(group)) for group in groups]


def scored(learnt, labels, groups, weight, bias):
    """Scores of each group by every detector, features in 64 bits."""
    logits = [torch.from_numpy(group @ weight.T + bias) for group in groups]
    yield "MSP", [-MaxSoftmax(None).predict_logits(one) for one in logits]
    yield "energy", [-EnergyBased(None).predict_logits(one) for one in logits]
    for name, detector in detectors(weight, bias):
        detector.fit_features(torch.from_numpy(learnt), labels)
        yield name, [-detector.predict_features(torch.from_numpy(group)) for group in groups]
    yield from nearest(learnt, labels, groups)


def both(weight, bias):
    """Weights of two classes from the one row that scikit-learn keeps."""
    if weight.shape[0] > 1:
        return weight, bias
    return np.concatenate([-weight / 2, weight / 2]), np.concatenate([-bias / 2, bias / 2])


def rows_of(part):
    return [np.load(name).astype(np.float64) for name in [part["learnt"], *part["asked"]]]


def answer(request):
    labels = torch.tensor(request["labels"])
    scores = {}

    def keep(seen, found):
        for name, values in found:
            scores[f"{name}, {seen}"] = [value.double().tolist() for value in values]

    read = request["read"]
    head = [np.array(read[part], dtype=np.float64) for part in ("weight", "bias")]
    learnt, *asked = rows_of(read)
    keep("what the head reads", scored(learnt, labels, asked, *head))
    groups = rows_of(request["last"])
    mean, spread = groups[0].mean(0), np.maximum(groups[0].std(0), 1e-8)
    standardised = [(group - mean) / spread for group in groups]
    fitted = LogisticRegression(C=0.1, max_iter=2000).fit(standardised[0], labels.numpy())
    weight, bias = both(fitted.coef_, fitted.intercept_)
    keep("last layer, standardised", scored(standardised[0], labels, standardised[1:], weight, bias))
    keep("last layer", nearest(groups[0], labels, groups[1:]))
    return {"scores": scores}


def main():
    torch.set_num_threads(2)
    torch.set_default_dtype(torch.float64)
    print(json.dumps({"ready": f"pytorch-ood on PyTorch {torch.__version__}"}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


main()
