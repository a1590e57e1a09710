#!/usr/bin/env bash
# Hugging Face datasets 5.2.0, imagefolder with class folders and a metadata.csv that holds something else than labels.
#
# Behaviour: as soon as there is a metadata file, the folders are no labels any more, not even with drop_labels=False.
# Guess:     the labels of the folders stay beside the columns of the file where it has no column "label"; with
#            drop_labels=False for certain.
# Seen:      image label / image caption / image caption
# Source:    https://github.com/huggingface/datasets/pull/4622 ("Add labels only if it is explicitly specified": they are not);
#            src/datasets/packaged_modules/folder_based_builder/folder_based_builder.py, _split_generators
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv || exit 2
venv/bin/pip install --quiet datasets==5.2.0 pillow==13.0.0 || exit 2

cat > look.py <<'EOF_PY'
import csv
from pathlib import Path

import datasets
from PIL import Image

for label in ("cat", "dog"):
    Path("photos", label).mkdir(parents=True)
    for i in range(4):
        Image.new("RGB", (32, 32), (40 * i, 0, len(label))).save(f"photos/{label}/{i}.jpg")

datasets.disable_progress_bars()


def columns(data, **options):
    return list(datasets.load_dataset("imagefolder", data_dir=data, **options)["train"].features)


print("class folders:", *columns("photos"))
with open("photos/metadata.csv", "w", newline="") as file:
    rows = [(f"{label}/{i}.jpg", f"photo {i}") for label in ("cat", "dog") for i in range(4)]
    csv.writer(file).writerows([("file_name", "caption"), *rows])
print("class folders and metadata.csv with captions:", *columns("photos"))
print("the same, drop_labels=False:", *columns("photos", drop_labels=False))
EOF_PY
venv/bin/python look.py 2> errors | tee seen || { cat errors; exit 1; }

cat > stated <<'EOF_STATED'
class folders: image label
class folders and metadata.csv with captions: image caption
the same, drop_labels=False: image caption
EOF_STATED
diff stated seen && echo 'as stated'
