#!/usr/bin/env bash
# Hugging Face datasets 5.2.0, imagefolder with links.
#
# Behaviour: photos that are links are read; a folder that is a link is not there, and nothing says so.
# Guess:     both are followed.
# Seen:      photos are links: train 6; valid is a link to a folder: train 8
# Source:    https://github.com/huggingface/datasets/issues/6853, https://github.com/huggingface/datasets/issues/6764 (open)
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

for part, count in (("photos/train", 4), ("pool", 3)):
    for label in ("cat", "dog"):
        Path(part, label).mkdir(parents=True)
        for i in range(count):
            Image.new("RGB", (32, 32), (40 * i, count, len(label))).save(f"{part}/{label}/{i}.jpg")
Path("photos/valid").symlink_to("../pool")
for label in ("cat", "dog"):
    Path("linked", label).mkdir(parents=True)
    for i in range(3):
        Path("linked", label, f"{i}.jpg").symlink_to(Path("../../pool", label, f"{i}.jpg"))

datasets.disable_progress_bars()


def parts(data):
    return {part: len(rows) for part, rows in datasets.load_dataset("imagefolder", data_dir=data).items()}


print("photos are links:", parts("linked"))
print("valid is a link to a folder:", parts("photos"))
EOF_PY
venv/bin/python look.py 2> errors | tee seen || { cat errors; exit 1; }

cat > stated <<'EOF_STATED'
photos are links: {'train': 6}
valid is a link to a folder: {'train': 8}
EOF_STATED
diff stated seen && echo 'as stated'
