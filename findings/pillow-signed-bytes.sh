#!/usr/bin/env bash
# Pillow 13.0.0 reading a grey TIFF of signed bytes (SampleFormat 2).
#
# Behaviour: opened as an ordinary grey picture; -1 becomes white, just above it black. Signed 16 bits keep their sign (mode I).
# Guess:     refused, as there is no mode for it.
# Seen:      int8 -1 is L 255, int8 0 is L 0
# Source:    PIL/TiffImagePlugin.py, OPEN_INFO: (II, 1, (2,), 1, (8,), ()) is ("L", "L")
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv || exit 2
venv/bin/pip install --quiet pillow==13.0.0 tifffile==2026.3.3 numpy==2.4.6 || exit 2

cat > look.py <<'EOF_PY'
import numpy as np
import tifffile
from PIL import Image

for value in (-100, -1, 0, 100):
    tifffile.imwrite("photo.tif", np.full((16, 16), value, np.int8))
    assert (tifffile.imread("photo.tif") == value).all()
    image = Image.open("photo.tif")
    print(f"int8 {value} is {image.mode} {image.getpixel((0, 0))}")
EOF_PY
venv/bin/python look.py 2> errors | tee seen || { cat errors; exit 1; }

cat > stated <<'EOF_STATED'
int8 -100 is L 156
int8 -1 is L 255
int8 0 is L 0
int8 100 is L 100
EOF_STATED
diff stated seen && echo 'as stated'
