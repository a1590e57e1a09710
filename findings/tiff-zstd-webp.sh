#!/usr/bin/env bash
# Pillow 13.0.0 and sharp 0.35.5 reading TIFFs that tifffile 2026.3.3 has compressed by zstd or WebP.
#
# Behaviour: Pillow's wheels read zstd and not WebP, sharp's binaries WebP and not zstd. A set of TIFFs that one of them shows
#            whole is half missing for the other.
# Guess:     both read both: each comes with libwebp, and libtiff has had the two since 4.0.10.
# Seen:      Pillow: zstd read, webp refused; sharp: zstd refused, webp read
# Source:    https://github.com/lovell/sharp/issues/3198 (zstd needs a libvips of one's own);
#            https://github.com/python-pillow/Pillow/pull/3555 (what Pillow says where libtiff has no codec)
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv || exit 2
venv/bin/pip install --quiet pillow==13.0.0 tifffile==2026.3.3 numpy==2.4.6 imagecodecs==2026.3.6 || exit 2
echo '{ "private": true, "type": "module" }' > package.json
npm install --silent --no-audit --no-fund sharp@0.35.5 || exit 2

cat > look.py <<'EOF_PY'
import numpy as np
import tifffile
from PIL import Image

photo = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
for compression in ("zstd", "webp"):
    options = {"compressionargs": {"lossless": True}} if compression == "webp" else {}
    tifffile.imwrite(f"{compression}.tif", photo, compression=compression, **options)
    assert (tifffile.imread(f"{compression}.tif") == photo).all()
    try:
        same = (np.asarray(Image.open(f"{compression}.tif")) == photo).all()
        print(f"Pillow: {compression}", "read" if same else "read otherwise")
    except OSError:
        print(f"Pillow: {compression} refused")
EOF_PY
cat > look.js <<'EOF_JS'
import sharp from 'sharp'

for (const compression of ['zstd', 'webp']) {
  const found = await sharp(`${compression}.tif`).raw().toBuffer().then(() => 'read', () => 'refused')
  console.log(`sharp: ${compression} ${found}`)
}
EOF_JS
{ venv/bin/python look.py && node look.js; } 2> errors | tee seen || { cat errors; exit 1; }

cat > stated <<'EOF_STATED'
Pillow: zstd read
Pillow: webp refused
sharp: zstd refused
sharp: webp read
EOF_STATED
diff stated seen && echo 'as stated'
