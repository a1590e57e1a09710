// Photos as archives hold them, most of them drawings of the demo that it did not learn from: laid down, of inks, transparent, of sixteen
// bits, animated, large; and what is damaged or no photo. Prints nothing.
//
//     node scripts/photos-of-all-kinds.mjs FOLDER
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { unzipSync } from 'fflate'
import sharp from 'sharp'

const folder = process.argv[2]
const demo = fileURLToPath(new URL('../assets/demo-dataset.zip', import.meta.url))
const drawings = Object.entries(
  unzipSync(readFileSync(demo), { filter: ({ name }) => /^unseen\/.*webp$/.test(name) }),
)
  .sort()
  .map(([, bytes]) => bytes)

/** A drawing of that size; they are taken in turn. */
let next = 0
const drawn = (width, height) =>
  sharp(drawings[next++ % drawings.length]).resize(width, height, { fit: 'fill' })
/** The same with a hole through which the hidden colour would show. */
const withHole = async (width, height) => {
  const hole = Buffer.from(
    `<svg width="${width}" height="${height}"><rect width="${width / 3}" height="${height}"/></svg>`,
  )
  const whole = await drawn(width, height).ensureAlpha().png().toBuffer()
  return sharp(whole).composite([{ input: hole, blend: 'dest-out' }])
}

const jpeg = await drawn(900, 600).jpeg({ quality: 92 }).toBuffer()
const photos = {
  'plain.jpg': jpeg,
  'large.jpg': drawn(3000, 2000).jpeg({ quality: 80 }),
  'laid down.jpg': drawn(700, 500).jpeg().withMetadata({ orientation: 6 }),
  'mirrored, ñ.jpg': drawn(400, 640).jpeg().withMetadata({ orientation: 7 }),
  'progressive.jpg': drawn(640, 480).jpeg({ progressive: true }),
  'inks.jpg': drawn(600, 400).toColourspace('cmyk').jpeg({ quality: 95 }),
  'grey.jpg': drawn(500, 500).greyscale().jpeg(),
  'plain.png': drawn(333, 777).png(),
  'transparent.png': (await withHole(450, 450)).png(),
  'palette.png': (await withHole(300, 420)).png({ palette: true }),
  'sixteen bits.png': drawn(300, 300).toColourspace('grey16').png(),
  'transparent.webp': (await withHole(420, 300)).webp({ quality: 90 }),
  'plain.gif': drawn(360, 240).gif(),
  'plain.tif': drawn(320, 320).tiff({ compression: 'lzw' }),
  'jpeg by its content.png': jpeg,
  'cut off.jpg': jpeg.subarray(0, jpeg.length >> 1),
  'damaged.png': Buffer.concat([(await drawn(100, 100).png().toBuffer()).subarray(0, 60), Buffer.alloc(500)]),
  'page.jpg': Buffer.from('<html><body>404</body></html>'),
  'empty.jpg': Buffer.alloc(0),
}

mkdirSync(folder, { recursive: true })
for (const [name, photo] of Object.entries(photos))
  writeFileSync(path.join(folder, name), Buffer.isBuffer(photo) ? photo : await photo.toBuffer())
