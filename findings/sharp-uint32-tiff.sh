#!/usr/bin/env bash
# sharp 0.35.5 (libvips 8.18.7) reading TIFFs of 32-bit unsigned samples.
#
# Behaviour: values are not scaled, and above 0x7fffffff they are taken for negative: white (0xffffffff) comes out black,
#            dark grey white.
# Guess:     scaled to bytes as 16 bits are, or clipped to white.
# Seen:      uint32 0x7fffffff: 255, uint32 0xffffffff: 0
# Source:    https://github.com/libvips/nip2/issues/74 (the same in 2018, said to be mended in libvips, too);
#            TIFF 6.0, section 4, PhotometricInterpretation 1 (BlackIsZero): the largest value is white
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

for (const value of [200, 0x00ff0000, 0x7fffffff, 0x80000000, 0xffffffff]) {
  const write = (pixels, at) => pixels.writeUInt32LE(value, at)
  const file = tiff({ bits: 32, format: 1, photometric: 1, channels: 1, write })
  console.log(`uint32 0x${value.toString(16).padStart(8, '0')}: ${await firstPixel(file)}`)
}
EOF_JS
node look.js 2> errors | tee seen || { cat errors; exit 1; }

cat > stated <<'EOF_STATED'
uint32 0x000000c8: 200,200,200 (b-w)
uint32 0x00ff0000: 255,255,255 (b-w)
uint32 0x7fffffff: 255,255,255 (b-w)
uint32 0x80000000: 0,0,0 (b-w)
uint32 0xffffffff: 0,0,0 (b-w)
EOF_STATED
diff stated seen && echo 'as stated'
