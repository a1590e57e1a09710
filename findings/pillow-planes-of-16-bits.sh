#!/usr/bin/env bash
# Pillow 13.0.0 reading a TIFF of 16 bits a colour, each colour a plane of its own (as tifffile writes an array [3, height, width]).
#
# Behaviour: of an uncompressed file low and high bytes stand beside each other as if they were pixels: one colour becomes two, in
#            columns. Compressed it is read rightly, and so are interleaved colours.
# Guess:     the high byte of each colour, however the colours are laid out.
# Seen:      planes separate, compression None: [64, 32, 16] [156, 78, 39]
# Source:    PIL/TiffImagePlugin.py, TiffImageFile._setup (planes are taken as raw "R", "G", "B", of 8 bits);
#            https://github.com/python-pillow/Pillow/pull/5178
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv || exit 2
venv/bin/pip install --quiet pillow==13.0.0 tifffile==2026.3.3 numpy==2.4.6 imagecodecs==2026.3.6 || exit 2

cat > look.py <<'EOF_PY'
import numpy as np
import tifffile
from PIL import Image

photo = np.zeros((16, 16, 3), np.uint16)
photo[:] = (40000, 20000, 10000)
for planes, data in (("contig", photo), ("separate", np.ascontiguousarray(photo.transpose(2, 0, 1)))):
    for compression in (None, "zlib"):
        tifffile.imwrite("photo.tif", data, photometric="rgb", planarconfig=planes, compression=compression)
        assert (tifffile.imread("photo.tif") == data).all()
        colours = np.unique(np.asarray(Image.open("photo.tif")).reshape(-1, 3), axis=0).tolist()
        print(f"planes {planes}, compression {compression}:", *colours)
EOF_PY
venv/bin/python look.py 2> errors | tee seen || { cat errors; exit 1; }

cat > stated <<'EOF_STATED'
planes contig, compression None: [156, 78, 39]
planes contig, compression zlib: [156, 78, 39]
planes separate, compression None: [64, 32, 16] [156, 78, 39]
planes separate, compression zlib: [156, 78, 39]
EOF_STATED
diff stated seen && echo 'as stated'
