#!/usr/bin/env bash
# Pillow 13.0.0 reading a JPEG 2000 photo of three colours with 16 bits each.
#
# Behaviour: brought to bytes by rounding without a limit at the top: what would round to 256 becomes 0, so that white is black.
# Guess:     scaled to bytes, white stays white.
# Seen:      65407 is 255, 65408 is 0, 65535 is 0
# Source:    Pillow's src/libImaging/Jpeg2KDecode.c, which adds half before it shifts
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv || exit 2
venv/bin/pip install --quiet pillow==13.0.0 imagecodecs==2026.3.6 numpy==2.4.6 || exit 2

cat > look.py <<'EOF_PY'
import io

import imagecodecs
import numpy as np
from PIL import Image

for value in (30000, 65407, 65408, 65535):
    file = imagecodecs.jpeg2k_encode(np.full((32, 32, 3), value, np.uint16), level=0, reversible=True)
    assert (imagecodecs.jpeg2k_decode(file) == value).all()
    image = Image.open(io.BytesIO(file))
    print(f"16 bits {value} is {image.mode} {image.getpixel((0, 0))}")
EOF_PY
venv/bin/python look.py 2> errors | tee seen || { cat errors; exit 1; }

cat > stated <<'EOF_STATED'
16 bits 30000 is RGB (117, 117, 117)
16 bits 65407 is RGB (255, 255, 255)
16 bits 65408 is RGB (0, 0, 0)
16 bits 65535 is RGB (0, 0, 0)
EOF_STATED
diff stated seen && echo 'as stated'
