import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { temporaryFolder } from '../../../test/support/files.js'
import { decode } from '../decode.js'
import { inspectPhoto } from '../inspect.js'

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

  it('has only kinds whose size and format a report can count, each as it is decoded', async () => {
    const folder = temporaryFolder()
    for (const { line, name, file, picture } of fixtures.cases) {
      if (picture === undefined) continue
      const { width, height } = fixtures.pictures[picture]
      writeFileSync(path.join(folder, 'photo'), Buffer.from(file, 'base64'))
      const header = await inspectPhoto(path.join(folder, 'photo'))
      expect(header, `${line}: ${name}`).toEqual({ format: expect.any(String), width, height })
    }
  })
})
