#!/usr/bin/env bash
# torchvision 0.29.2, torchvision.io.decode_image with mode=RGB of a 16-bit grey PNG (large download: PyTorch).
#
# Behaviour: uint16 up to 65535, so that the usual division by 255 gives values up to 257. ImageFolder, through Pillow, makes the
#            same photo white.
# Guess:     uint8, as mode=RGB gives of every other photo.
# Seen:      mode RGB: torch.uint16 [3, 32, 32] value 40000
# Source:    https://github.com/pytorch/vision/pull/8524; https://github.com/Nerogar/mgds/issues/55 (one who met it)
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv || exit 2
venv/bin/pip install --quiet torchvision==0.29.2 torch==2.15.0 pillow==13.0.0 numpy==2.4.6 || exit 2

cat > look.py <<'EOF_PY'
import numpy as np
import torch
from PIL import Image
from torchvision.io import ImageReadMode, decode_image

Image.fromarray(np.full((32, 32), 40000, np.uint16)).save("photo.png")
photo = decode_image("photo.png", mode=ImageReadMode.RGB)
print("mode RGB:", photo.dtype, list(photo.shape), "value", int(photo[0, 0, 0]))
print("over 255:", round(float(photo.float().div(255).max()), 1))
EOF_PY
venv/bin/python look.py 2> errors | tee seen || { cat errors; exit 1; }

cat > stated <<'EOF_STATED'
mode RGB: torch.uint16 [3, 32, 32] value 40000
over 255: 156.9
EOF_STATED
diff stated seen && echo 'as stated'
