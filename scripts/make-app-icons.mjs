// Draws the icons of exported pages from their one drawing: node scripts/make-app-icons.mjs
import { readFileSync } from 'node:fs'
import sharp from 'sharp'

const folder = new URL('../web/app/icons/', import.meta.url)
const drawing = readFileSync(new URL('icon.svg', folder), 'utf8')
/** For systems that cut icons to a shape of their own: the ground reaches the edges, and the drawing stays in the middle. */
const whole = drawing
  .replace('rx="112"', '')
  .replace('<g ', '<g transform="translate(256 256) scale(.78) translate(-256 -256)" ')

const draw = (svg, side, name) =>
  sharp(Buffer.from(svg))
    .resize(side, side)
    .png({ palette: true, compressionLevel: 9 })
    .toFile(new URL(name, folder).pathname)
await draw(drawing, 192, 'icon-192.png')
await draw(drawing, 512, 'icon-512.png')
await draw(whole, 512, 'icon-maskable-512.png')
await draw(whole, 180, 'apple-touch-icon.png')
