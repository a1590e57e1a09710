import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decode } from './decode.js'

interface Entry {
  name: string
  width: number
  height: number
  tolerance: number
  file: string
  pixels: string
}

const entries: Entry[] = JSON.parse(readFileSync(new URL('fixtures/photos.json', import.meta.url), 'utf8'))

describe('decode agrees with PIL on', () => {
  it.each(entries.map(entry => [entry.name, entry] as const))('%s', async (_, entry) => {
    const file = Buffer.from(entry.file, 'base64')
    const pixels = await decode(file, { name: entry.name, shortSide: 224 })
    expect([pixels.width, pixels.height]).toEqual([entry.width, entry.height])
    const expected = Buffer.from(entry.pixels, 'base64')
    let worst = 0
    for (let i = 0; i < expected.length; i++) worst = Math.max(worst, Math.abs(expected[i] - pixels.data[i]))
    expect(worst).toBeLessThanOrEqual(entry.tolerance)
  })
})
