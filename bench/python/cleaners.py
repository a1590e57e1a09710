"""The other side of `bench doctor`: one tool looks at a folder of photos.

    cleaners.py versions                       {"cleanvision": "1.2.3", "imagededup": null, …}, null where one cannot be imported
    cleaners.py TOOL FOLDER [--without FILE]   TOOL: cleanvision, phash, cnn, datalab
    cleaners.py quick FOLDER                   cleanvision's checks that `doctor --quick` has, too: for time and memory
    cleaners.py labels FILE                    cleanlab's ranking of label errors

The last line is JSON. A tool's: {"flags": {fault: [file]}, "groups": [[file]], "notes": [text]}, faults named as `plant.py`
does, groups are copies of each other. FILE of `labels` is {"rows": path of a .npy of features [photo, column], "labels":
[number]}; its answer {"ranked": [photo]}, most suspicious first.

FILE of `--without` lists files that a second try leaves out where the tool's run ends with an error.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from versions import versions_of

# What cleanvision's checks are for, by the names of the planted faults.
CLEANVISION = {
    'dark': ['dark'],
    'light': ['over-bright'],
    'blurry': ['gaussian blur', 'motion blur'],
    'low_information': ['flat', 'few colours'],
    'grayscale': ['grey among colour'],
    'odd_aspect_ratio': ['4 to 1'],
    'odd_size': ['under 40 pixels'],
}
JOBS = 2
BATCH = 16


def cleanvision(folder: Path) -> dict:
    from cleanvision import Imagelab

    lab = Imagelab(data_path=str(folder))
    lab.find_issues(n_jobs=JOBS, verbose=False)
    flags: dict[str, list[str]] = {}
    for issue, faults in CLEANVISION.items():
        column = f'is_{issue}_issue'
        found = [os.path.basename(path) for path in lab.issues.index[lab.issues[column]]]
        flags |= {fault: found for fault in faults}
    groups = [
        [os.path.basename(path) for path in group]
        for kind in ('exact_duplicates', 'near_duplicates')
        for group in lab.info[kind]['sets']
    ]
    return {'flags': flags, 'groups': groups, 'notes': []}


def groups_of(duplicates: dict[str, list]) -> list[list[str]]:
    """imagededup's answer as pairs, each once."""
    return sorted({tuple(sorted((file, other))) for file, others in duplicates.items() for other in others if other != file})


def phash(folder: Path) -> dict:
    from imagededup.methods import PHash

    found = PHash(verbose=False).find_duplicates(image_dir=folder, num_enc_workers=JOBS, num_dist_workers=JOBS)
    return {'flags': {}, 'groups': groups_of(found), 'notes': []}


def cnn(folder: Path) -> dict:
    encoder, notes = cnn_encoder()
    found = encoder.find_duplicates(image_dir=folder, num_enc_workers=0)
    return {'flags': {}, 'groups': groups_of(found), 'notes': notes}


def cnn_encoder():
    """imagededup's CNN as it comes, or where its weights cannot be fetched with those that chiquito brings."""
    from imagededup.methods import CNN

    try:
        return CNN(verbose=False), []
    except Exception as why:  # noqa: BLE001 any failure to fetch
        from imagededup.utils import CustomModel

        name = 'EfficientNet-Lite0'
        model = CustomModel(name=name, model=embedded(), transform=to_pixels)
        notes = [f'imagededup CNN: its own weights cannot be fetched ({type(why).__name__}); it uses {name} as chiquito does']
        return CNN(verbose=False, model_config=model), notes


def embedded():
    import torch
    from efficientnet_lite import MEAN, STD, EfficientNetLite, embedded_state

    class Embedded(torch.nn.Module):
        """Global averages of the embedded network's last layer, [photo, 1280]."""

        def __init__(self):
            super().__init__()
            self.net = EfficientNetLite()
            self.net.load_state_dict(embedded_state(), strict=False)

        def forward(self, pixels):
            return self.net.features((pixels - MEAN) / STD).mean((2, 3))

    return Embedded().eval()


def to_pixels(image):
    """[3, 224, 224], values 0 to 255."""
    import numpy as np
    import torch

    return torch.from_numpy(np.asarray(image.convert('RGB').resize((224, 224))).copy()).permute(2, 0, 1).float()


def datalab(folder: Path) -> dict:
    """cleanlab's near duplicates among the features of the embedded network."""
    import numpy as np
    import torch
    from cleanlab import Datalab
    from PIL import Image

    files, photos = [], []
    for path in sorted(folder.iterdir()):
        try:
            photos.append(to_pixels(Image.open(path)))
        except OSError:
            continue  # what Pillow cannot read has no features
        files.append(path.name)
    net = embedded()
    with torch.inference_mode():
        rows = np.concatenate([net(torch.stack(photos[i : i + BATCH])).numpy() for i in range(0, len(photos), BATCH)])
    lab = Datalab(data={'file': files}, verbosity=0)
    lab.find_issues(features=rows, issue_types={'near_duplicate': {}})
    sets = lab.get_info('near_duplicate')['near_duplicate_sets']
    groups = {tuple(sorted((files[i], files[int(j)]))) for i, near in enumerate(sets) for j in near if int(j) != i}
    return {'flags': {}, 'groups': sorted(groups), 'notes': []}


def quick(folder: Path) -> dict:
    from cleanvision import Imagelab

    lab = Imagelab(data_path=str(folder))
    lab.find_issues(n_jobs=JOBS, verbose=False)
    return {'photos': len(lab.issues)}


def labels(file: Path) -> dict:
    import numpy as np
    from cleanlab.rank import get_label_quality_scores
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    given = json.loads(file.read_text())
    rows, targets = np.load(given['rows']), np.array(given['labels'])
    head = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=2000))
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    probabilities = cross_val_predict(head, rows, targets, cv=folds, method='predict_proba')
    scores = get_label_quality_scores(targets, probabilities, method='self_confidence')
    return {'ranked': [int(i) for i in np.argsort(scores, kind='stable')]}


TOOLS = {'cleanvision': cleanvision, 'phash': phash, 'cnn': cnn, 'datalab': datalab}


def with_second_try(tool: str, folder: Path, left_out: list[str]) -> dict:
    try:
        return TOOLS[tool](folder)
    except Exception as why:  # noqa: BLE001 whatever ends its run
        if not left_out:
            raise
        note = f'{tool}: its run ends at the truncated photos ({type(why).__name__}); measured without them'
        with tempfile.TemporaryDirectory() as place:
            rest = Path(place) / 'photos'
            rest.mkdir()
            for path in folder.iterdir():
                if path.name not in left_out:
                    shutil.copy(path, rest / path.name)
            answer = TOOLS[tool](rest)
        return {**answer, 'notes': [*answer['notes'], note]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('what', choices=['versions', 'quick', 'labels', *TOOLS])
    parser.add_argument('path', nargs='?', type=Path)
    parser.add_argument('--without', type=Path)
    options = parser.parse_args()
    if options.what == 'versions':
        answer = versions_of('cleanvision', 'imagededup', 'cleanlab')
    elif options.what in TOOLS:
        left_out = [] if options.without is None else json.loads(options.without.read_text())
        answer = with_second_try(options.what, options.path, left_out)
    else:
        answer = {'quick': quick, 'labels': labels}[options.what](options.path)
    print('\n' + json.dumps(answer))


if __name__ == '__main__':
    main()
