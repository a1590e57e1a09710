#!/usr/bin/env bash
# timm 1.0.31, folders with WebP, BMP and TIFF photos (large download: PyTorch).
#
# Behaviour: only .jpg, .jpeg and .png are read; all others are left out without a word.
# Guess:     whatever Pillow reads and torchvision's ImageFolder lists, WebP, BMP and TIFF among them.
# Seen:      12 photos in the folder, loaded 6 .JPEG .jpg .png
# Source:    timm/data/readers/img_extensions.py
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

for label in ("cat", "dog"):
    Path("photos", label).mkdir(parents=True)
    for ending in ("jpg", "JPEG", "png", "bmp", "webp", "tif"):
        Image.new("RGB", (32, 32)).save(f"photos/{label}/0.{ending}")
found = create_dataset("", root="photos", split="train")
print("12 photos in the folder, loaded", len(found), *sorted({Path(name).suffix for name in found.filenames()}))
EOF_PY
venv/bin/python look.py 2> errors | tee seen || { cat errors; exit 1; }

cat > stated <<'EOF_STATED'
12 photos in the folder, loaded 6 .JPEG .jpg .png
EOF_STATED
diff stated seen && echo 'as stated'
