#!/usr/bin/env bash
# sharp 0.35.5 (libvips 8.18.7) reading TIFFs of floating-point samples.
#
# Behaviour: colour is taken for linear light from 0 to 1 and brightened (0.5 becomes 188), grey of the same file format for
#            bytes from 0 to 255 (0.5 becomes black). So colour that was written as byte / 255 comes out too bright, and grey black.
# Guess:     both are taken for 0 to 255: almost black.
# Seen:      float colour 0.5: 188,188,188 (scrgb); float grey 0.5: 0,0,0 (b-w)
# Source:    https://github.com/libvips/libvips/issues/3621 (open)
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{ "private": true, "type": "module" }' > package.json
npm install --silent --no-audit --no-fund sharp@0.35.5 || exit 2

cat > look.js <<'EOF_JS'
import sharp from 'sharp'

const side = 16

/** A plain little-endian TIFF in one strip, all of whose samples are `write`n by the caller. */
function tiff({ bits, format, photometric, channels, write }) {
  const pixels = Buffer.alloc(side * side * channels * (bits / 8))
  for (let i = 0; i < side * side * channels; i++) write(pixels, i * (bits / 8), i % channels)
  const perSample = value => Buffer.from(new Uint16Array(channels).fill(value).buffer)
  const [bitsAt, formatAt] = [8 + pixels.length, 8 + pixels.length + 2 * channels]
  const shorts = (value, at) => (channels > 1 ? at : value)
  const entries = [
    [256, 3, 1, side],
    [257, 3, 1, side],
    [258, 3, channels, shorts(bits, bitsAt)],
    [259, 3, 1, 1],
    [262, 3, 1, photometric],
    [273, 4, 1, 8],
    [277, 3, 1, channels],
    [278, 3, 1, side],
    [279, 4, 1, pixels.length],
    [339, 3, channels, shorts(format, formatAt)],
  ]
  const head = Buffer.alloc(8)
  head.write('II*\0')
  head.writeUInt32LE(formatAt + 2 * channels, 4)
  const directory = Buffer.alloc(2 + 12 * entries.length + 4)
  directory.writeUInt16LE(entries.length)
  for (const [i, [tag, type, count, value]] of entries.entries()) {
    directory.writeUInt16LE(tag, 2 + 12 * i)
    directory.writeUInt16LE(type, 4 + 12 * i)
    directory.writeUInt32LE(count, 6 + 12 * i)
    directory.writeUInt32LE(value, 10 + 12 * i)
  }
  return Buffer.concat([head, pixels, perSample(bits), perSample(format), directory])
}

/** The first pixel, as bytes. */
async function firstPixel(file) {
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true })
  return `${[...data.subarray(0, info.channels)]} (${(await sharp(file).metadata()).space})`
}

const float = value => (pixels, at) => pixels.writeFloatLE(value, at)
for (const value of [0.5, 128])
  for (const [name, photometric, channels] of [['colour', 2, 3], ['grey', 1, 1]]) {
    const file = tiff({ bits: 32, format: 3, photometric, channels, write: float(value) })
    console.log(`float ${name} ${value}: ${await firstPixel(file)}`)
  }
EOF_JS
node look.js 2> errors | tee seen || { cat errors; exit 1; }

cat > stated <<'EOF_STATED'
float colour 0.5: 188,188,188 (scrgb)
float grey 0.5: 0,0,0 (b-w)
float colour 128: 255,255,255 (scrgb)
float grey 128: 128,128,128 (b-w)
EOF_STATED
diff stated seen && echo 'as stated'
