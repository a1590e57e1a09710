#!/usr/bin/env bash
# sharp 0.35.5 (libvips 8.18.7, failOn "truncated") decoding a JPEG that ends early while others are decoded.
#
# Behaviour: in a part of the tries the error is "Unknown error" instead of what is wrong: libvips keeps one text for all
#            threads, and the picture that is done first empties it. Decoded again, alone, the file gets its reason.
# Guess:     each promise is rejected with its own picture's error.
# Seen:      alone: premature end; beside three others, 400 times: 100 or so without a reason
# Source:    https://www.libvips.org/API/current/VipsError.html ("the error buffer"); https://sharp.pixelplumbing.com/api-constructor (failOn)
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{ "private": true, "type": "module" }' > package.json
npm install --silent --no-audit --no-fund sharp@0.35.5 || exit 2

cat > look.js <<'EOF_JS'
import sharp from 'sharp'

const noise = { type: 'gaussian', mean: 120, sigma: 40 }
const grey = { width: 250, height: 250, channels: 3, background: '#345', noise }
const whole = await sharp({ create: grey }).jpeg().toBuffer()
const half = whole.subarray(0, Math.floor(whole.length * 0.6))
const reasonOf = file => sharp(file, { failOn: 'truncated' }).raw().toBuffer().then(() => 'none', error => error.message.trim())

const alone = new Set()
for (let i = 0; i < 50; i++) alone.add(await reasonOf(half))
console.log(`alone: ${[...alone]}`)

let unknown = 0
for (let i = 0; i < 400; i++) {
  const reasons = await Promise.all([whole, half, whole, whole].map(reasonOf))
  if (/unknown error/i.test(reasons[1])) unknown++
}
console.error(`${unknown} of 400 without a reason`)
console.log(`beside others: ${unknown > 0 ? 'some without a reason' : 'all with a reason'}`)
EOF_JS
node look.js 2> errors | tee seen || { cat errors; exit 1; }

cat > stated <<'EOF_STATED'
alone: VipsJpeg: premature end of JPEG image
beside others: some without a reason
EOF_STATED
diff stated seen && echo 'as stated'
