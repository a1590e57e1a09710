import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { decode } from '../decode.js'

// Every line of docs/formats.md, shown by files that scripts/fixtures/formats.py made with other libraries.

const fixtures = z
  .object({
    pictures: z.record(z.string(), z.object({ width: z.number(), height: z.number(), pixels: z.base64() })),
    cases: z.array(
      z.object({
        line: z.string(),
        name: z.string(),
        file: z.base64(),
        picture: z.string().optional(),
        within: z.number().default(0),
        refused: z.string().optional(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(path.join(import.meta.dirname, 'fixtures/formats.json'), 'utf8')))

const table = readFileSync(path.join(import.meta.dirname, '../../../docs/formats.md'), 'utf8')
const lines = [...table.split('\n## ')[0].matchAll(/^\| ([^|]+?) +\| /gm)]
  .map(([, line]) => line)
  .filter(line => line !== 'kind' && !/^-+$/.test(line))

describe('docs/formats.md', () => {
  it('has a file for every line, and a line for every file', () => {
    expect([...new Set(fixtures.cases.map(one => one.line))].sort()).toEqual([...lines].sort())
  })

  it.each(fixtures.cases.map(one => [`${one.line}: ${one.name}`, one] as const))(
    '%s',
    async (title, { file, picture, within, refused }) => {
      const decoded = decode(Buffer.from(file, 'base64'), { name: title, shortSide: Number.MAX_SAFE_INTEGER })
      if (refused !== undefined) {
        await expect(decoded).rejects.toMatchObject({
          code: 'image',
          message: expect.stringMatching(refused),
        })
        return
      }
      const { width, height, pixels } = fixtures.pictures[picture ?? '']
      const ours = await decoded
      expect([ours.width, ours.height]).toEqual([width, height])
      const truth = Buffer.from(pixels, 'base64')
      const worst = ours.data.reduce((most, byte, i) => Math.max(most, Math.abs(byte - truth[i])), 0)
      expect(worst).toBeLessThanOrEqual(within)
    },
  )
})
