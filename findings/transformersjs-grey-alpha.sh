#!/usr/bin/env bash
# @huggingface/transformers 4.3.2 (transformers.js) in Node, with sharp 0.35.5: RawImage.read, and so every pipeline for pictures.
#
# Behaviour: a PNG of grey and alpha, two channels, is not read. sharp gives it as four; it is then brought back to the two of the
#            file, which there is no way to. Grey, colour, and colour with alpha are read.
# Guess:     four channels, as of colour with alpha.
# Seen:      Conversion failed due to unsupported number of channels: 4
# Source:    src/utils/image.js, loadImageFunction and RawImage.convert; https://github.com/huggingface/transformers.js/pull/181
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{ "private": true, "type": "module" }' > package.json
# The script of its onnxruntime-node fetches libraries for CUDA; nothing here runs a model.
npm install --silent --no-audit --no-fund --ignore-scripts @huggingface/transformers@4.3.2 sharp@0.35.5 || exit 2

cat > look.js <<'EOF_JS'
import { crc32, deflateSync } from 'node:zlib'
import { RawImage } from '@huggingface/transformers'

const side = 8

/** A plain PNG of one colour, 8 bits a sample. */
function png(colourType, samples) {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header.set([8, colourType, 0, 0, 0], 8)
  const row = [0, ...Array.from({ length: side }, () => samples).flat()]
  const pixels = deflateSync(Buffer.from(Array.from({ length: side }, () => row).flat()))
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))])
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

for (const [what, colourType, samples] of [
  ['grey', 0, [100]],
  ['grey and alpha', 4, [100, 128]],
  ['colour', 2, [100, 50, 20]],
  ['colour and alpha', 6, [100, 50, 20, 128]],
]) {
  const read = RawImage.read(new Blob([png(colourType, samples)]))
  console.log(`${what}:`, await read.then(({ channels }) => `${channels} channels`, error => error.message))
}
EOF_JS
node look.js 2> errors | tee seen || { cat errors; exit 1; }

cat > stated <<'EOF_STATED'
grey: 1 channels
grey and alpha: Conversion failed due to unsupported number of channels: 4
colour: 3 channels
colour and alpha: 4 channels
EOF_STATED
diff stated seen && echo 'as stated'
