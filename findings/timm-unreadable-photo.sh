#!/usr/bin/env bash
# timm 1.0.31, ImageDataset with a photo that is cut off (large download: PyTorch).
#
# Behaviour: in place of a photo that cannot be read stands the next one, with the next one's label; a line in the log says
#            "Skipped sample". In a validation set that photo counts twice, and accuracy is not of the photos that are there.
# Guess:     the error of Pillow, as with torchvision ("OSError: image file is truncated").
# Seen:      cat/0.jpg: a blue photo with label 1
# Source:    timm/data/dataset.py, ImageDataset.__getitem__ (TIMM_DATASET_MAX_RETRIES)
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv || exit 2
venv/bin/pip install --quiet timm==1.0.31 torch==2.15.0 torchvision==0.29.2 pillow==13.0.0 || exit 2

cat > look.py <<'EOF_PY'
from pathlib import Path

from PIL import Image
from timm.data import create_dataset

colours = {"cat": (200, 0, 0), "dog": (0, 0, 200)}
for label, colour in colours.items():
    Path("photos/validation", label).mkdir(parents=True)
    Image.new("RGB", (64, 64), colour).save(f"photos/validation/{label}/0.jpg")
whole = Path("photos/validation/cat/0.jpg").read_bytes()
Path("photos/validation/cat/0.jpg").write_bytes(whole[: len(whole) // 2])

found = create_dataset("", root="photos", split="validation")
for i in range(len(found)):
    image, label = found[i]
    colour = "red" if image.getpixel((32, 32))[0] > 100 else "blue"
    print(f"{found.filename(i)}: a {colour} photo with label {label}")
EOF_PY
venv/bin/python look.py 2> errors | tee seen || { cat errors; exit 1; }

cat > stated <<'EOF_STATED'
cat/0.jpg: a blue photo with label 1
dog/0.jpg: a blue photo with label 1
EOF_STATED
diff stated seen && echo 'as stated'
