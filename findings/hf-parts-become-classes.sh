#!/usr/bin/env bash
# Hugging Face datasets 5.2.0, imagefolder with photos directly in train/ and test/ (their labels would be in a labels.csv beside).
#
# Behaviour: train and test are splits and, at the same time, the two classes.
# Guess:     two splits without a column "label".
# Seen:      train 20 photos, labels test train of which there are train
#            test 6 photos, labels test train of which there are test
# Source:    https://github.com/huggingface/datasets/issues/7880, https://github.com/huggingface/datasets/pull/8188 (open)
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv || exit 2
venv/bin/pip install --quiet datasets==5.2.0 pillow==13.0.0 || exit 2

cat > look.py <<'EOF_PY'
from pathlib import Path

import datasets
from PIL import Image

for part, count in (("train", 20), ("test", 6)):
    Path("photos", part).mkdir(parents=True)
    for i in range(count):
        Image.new("RGB", (32, 32), (10 * i, 0, len(part))).save(f"photos/{part}/{i:03}.jpg")

datasets.disable_progress_bars()
found = datasets.load_dataset("imagefolder", data_dir="photos")
for part in ("train", "test"):
    label = found[part].features["label"]
    print(part, len(found[part]), "photos, labels", *label.names, "of which there are", *sorted({label.names[n] for n in found[part]["label"]}))
EOF_PY
venv/bin/python look.py 2> errors | tee seen || { cat errors; exit 1; }

cat > stated <<'EOF_STATED'
train 20 photos, labels test train of which there are train
test 6 photos, labels test train of which there are test
EOF_STATED
diff stated seen && echo 'as stated'
