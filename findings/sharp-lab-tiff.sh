#!/usr/bin/env bash
# sharp 0.35.5 (libvips 8.18.7) reading a TIFF in 8-bit CIELAB (photometric 8), as Photoshop and tifffile write it.
#
# Behaviour: the file is called corrupt; libvips packs such pixels into a form of four bytes of its own and then refuses it.
#            Pillow 13.0.0 reads the same file.
# Guess:     sRGB colours; libvips has read CIELAB since 1997 by its own account.
# Seen:      header: Input buffer has corrupt header: image: bad labq format
# Source:    https://github.com/libvips/libvips/pull/1345 (how 8-bit Lab is packed); libvips/foreign/tiff2vips.c
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

const lab = [136, 60, 216]
const write = (pixels, at, channel) => pixels.writeUInt8(lab[channel], at)
const file = tiff({ bits: 8, format: 1, photometric: 8, channels: 3, write })
const firstLine = error => error.message.split('\n')[0]
console.log('header:', await sharp(file).metadata().then(({ space }) => space, firstLine))
console.log('pixels:', await sharp(file).toColourspace('srgb').raw().toBuffer().then(bytes => [...bytes.subarray(0, 3)].join(), firstLine))
EOF_JS
node look.js 2> errors | tee seen || { cat errors; exit 1; }

cat > stated <<'EOF_STATED'
header: Input buffer has corrupt header: image: bad labq format
pixels: Input buffer has corrupt header: image: bad labq format
EOF_STATED
diff stated seen && echo 'as stated'
