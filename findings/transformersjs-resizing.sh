#!/usr/bin/env bash
# @huggingface/transformers 4.3.2 (transformers.js) in Node, with sharp 0.35.5: RawImage.resize and image processors; beside Pillow 13.0.0.
#
# Behaviour: `bilinear` (resample 2, what image processors take by default) and `bicubic` look at the pixels around one point however much a picture
#            shrinks; the same resample in Pillow, and so in Python's transformers, widens its filter and averages. `box` becomes
#            `bilinear`, which is said in a warning. Of the five only `lanczos` averages.
# Guess:     the numbers of `resample` are Pillow's, so the picture is Pillow's within rounding: a comment in the code says that it matches.
# Seen:      stripes, one column in four white, made four times smaller: 255 from nearest, bilinear, bicubic and box, 64 from
#            lanczos; 64, the mean, from all of Pillow's but nearest.
# Source:    src/utils/image.js, RawImage.resize (`affine`, "matches how the python Pillow library does it");
#            https://github.com/lovell/sharp/issues/3642
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{ "private": true, "type": "module" }' > package.json
# The script of its onnxruntime-node fetches libraries for CUDA; nothing here runs a model.
npm install --silent --no-audit --no-fund --ignore-scripts @huggingface/transformers@4.3.2 sharp@0.35.5 || exit 2
python3 -m venv venv
venv/bin/pip install --quiet pillow==13.0.0 || exit 2

cat > look.js <<'EOF_JS'
import { RawImage } from '@huggingface/transformers'

const side = 64
const stripes = Uint8ClampedArray.from({ length: side * side * 3 }, (_, i) => (Math.floor(i / 3) % 4 === 0 ? 255 : 0))
for (const resample of ['nearest', 'bilinear', 'bicubic', 'box', 'lanczos']) {
  const { width, data } = await new RawImage(stripes, side, side, 3).resize(side / 4, side / 4, { resample })
  // The middle: whatever happens at edges.
  console.log('transformers.js', resample, data[3 * ((width / 2) * width + width / 2)])
}
EOF_JS
cat > look.py <<'EOF_PY'
from PIL import Image

side = 64
stripes = Image.frombytes('RGB', (side, side), bytes(255 if i // 3 % 4 == 0 else 0 for i in range(side * side * 3)))
for resample in ('NEAREST', 'BILINEAR', 'BICUBIC', 'BOX', 'LANCZOS'):
    small = stripes.resize((side // 4, side // 4), Image.Resampling[resample])
    print('Pillow', resample.lower(), small.getpixel((side // 8, side // 8))[0])
EOF_PY
{ node look.js 2> errors && venv/bin/python look.py 2>> errors; } | tee seen || { cat errors; exit 1; }

cat > stated <<'EOF_STATED'
transformers.js nearest 255
transformers.js bilinear 255
transformers.js bicubic 255
transformers.js box 255
transformers.js lanczos 64
Pillow nearest 0
Pillow bilinear 64
Pillow bicubic 64
Pillow box 64
Pillow lanczos 64
EOF_STATED
diff stated seen && echo 'as stated'
