// What is too bright, and what is only on white, through the command line.
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { DoctorResult } from '../src/actions/doctor.js'
import { RandomStream } from '../src/core/index.js'
import { documentOf } from './support/chiquito.js'
import { temporaryFolder, writeTree } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { scene } from './support/scenes.js'

const COUNT = 8

/** A scene with the grain that a camera leaves: what is drawn is too even to be overexposed. */
async function grainy(number: number): Promise<Buffer> {
  const random = RandomStream.fromSeed(number).fork('grain')
  const { data, info } = await sharp(await scene(number))
    .raw()
    .toBuffer({ resolveWithObject: true })
  for (let i = 0; i < data.length; i++)
    data[i] = Math.min(255, Math.max(0, Math.round(data[i] + random.uniform(-14, 14))))
  return sharp(data, { raw: info }).jpeg({ quality: 92 }).toBuffer()
}

/** Something cut out of a picture, as goods are shown: an oval of it on a ground of one colour. */
async function goods(number: number, ground: string): Promise<Buffer> {
  const mask = Buffer.from(
    '<svg width="320" height="240"><ellipse cx="160" cy="125" rx="105" ry="85" fill="#fff"/></svg>',
  )
  const cut = await sharp(await grainy(number))
    .ensureAlpha()
    .composite([{ input: mask, blend: 'dest-in' }])
    .png()
    .toBuffer()
  return ground === 'clear'
    ? cut
    : sharp(cut).flatten({ background: ground }).jpeg({ quality: 88 }).toBuffer()
}

/** A face as signs have it: full yellow, evenly painted, on white. */
function drawing(number: number): Promise<Buffer> {
  const [x, y] = [60 + (number % 3) * 8, 60 + (number % 4) * 6]
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128"><rect width="128" height="128" fill="#fff"/><circle cx="64" cy="64" r="${44 + number}" fill="#ffcc4d"/><circle cx="${x - 15}" cy="${y - 8}" r="6" fill="#5d4037"/><circle cx="${x + 20}" cy="${y - 8}" r="6" fill="#5d4037"/><path d="M${x - 14} ${y + 22} h32 v6 h-32 z" fill="#ff5252"/></svg>`
  return sharp(Buffer.from(svg)).png().toBuffer()
}

async function tooBright(make: (i: number) => Promise<Uint8Array>, extension = '.jpg') {
  const folder = temporaryFolder()
  const made = await Promise.all(Array.from({ length: COUNT }, (_, i) => make(i)))
  writeTree(Object.fromEntries(made.map((photo, i) => [`${i}${extension}`, photo])), folder)
  const { findings } = documentOf<DoctorResult>(await chiquitoHere(['doctor', folder, '--quick', '--json']))
  return findings.filter(({ check }) => check === 'bright')
}

describe('what is too bright', () => {
  it.each(['#fff', '#fdfdfb', '#f4f4f4', '#ffd600', '#ff69b4'])('is no subject on %s', async ground => {
    expect(await tooBright(i => goods(i, ground))).toEqual([])
  })

  it('is no subject cut out, which is shown on white', async () => {
    expect(await tooBright(i => goods(i, 'clear'), '.png')).toEqual([])
  })

  it('is no drawing in full colours', async () => {
    expect(await tooBright(drawing, '.png')).toEqual([])
  })

  it('is a subject that light has eaten, most on white, too', async () => {
    const over = async (i: number) =>
      sharp(await grainy(i))
        .linear(2.5, 0)
        .jpeg()
        .toBuffer()
    const onWhite = async (i: number) =>
      sharp(await goods(i, '#fff'))
        .linear(2.5, 0)
        .jpeg()
        .toBuffer()
    const alone = await tooBright(over)
    expect(alone).toHaveLength(COUNT)
    for (const { message } of alone)
      expect(message).toMatch(/is too bright: \d+ % of .* is as full as it goes\.$/)
    const shares = alone.map(({ message }) => Number(/(\d+) %/.exec(message)?.[1]))
    expect(shares).toEqual(shares.toSorted((a, b) => b - a))
    const found = await tooBright(onWhite)
    // Where little of the subject is left, it may be a small one on white.
    expect(found.length).toBeGreaterThanOrEqual(COUNT / 2)
    for (const { message } of found)
      expect(message).toMatch(/: \d+ % of what is not white around it is as full as it goes\.$/)
  })
})
