// The programs of examples/runtimes: docs/runtimes.md shows what they hold, and the one for Python says what `predict` says.
// scripts/try-runtimes.sh runs them all.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { PredictResult } from '../src/actions/predict.js'
import { readModel, writeModel } from '../src/onnx/index.js'
import { documentOf, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { checkers, drawing } from './support/photos.js'
import { pythonWith } from './support/python.js'
import { trainOnDrawings } from './support/web-model.js'

const root = path.resolve(import.meta.dirname, '..')
const examples = path.join(root, 'examples/runtimes')
const page = readFileSync(path.join(root, 'docs/runtimes.md'), 'utf8')

describe('docs/runtimes.md', () => {
  const [, chapter = ''] = page.split('\n## A program each\n')
  const sections = chapter.split(/\n## /)[0].split('\n### ').slice(1)
  const programs = sections.map(section => /\]\(\.\.\/(examples\/runtimes\/[^)]+)\)/.exec(section)?.[1] ?? '')

  it('has a section for every program, and every program one', () => {
    const sources = readdirSync(examples, { recursive: true, encoding: 'utf8' })
      .filter(name => /\.(py|mjs|java|go|rs)$/.test(name))
      .map(name => `examples/runtimes/${name.split(path.sep).join('/')}`)
    expect([...programs].sort()).toEqual(sources.sort())
  })

  it.each(sections.map((section, i): [string, string] => [programs[i], section]))(
    'shows lines that %s holds',
    (program, section) => {
      const lines = plain(readFileSync(path.join(root, program), 'utf8'))
      const blocks = [...section.matchAll(/^```\w+\n(.*?)\n```$/gms)].map(([, block]) => block)
      expect(blocks.length).toBeGreaterThan(0)
      for (const block of blocks) expect(lines).toContain(plain(block))
    },
  )
})

/** Without the indentation that a block has where it comes from. */
function plain(text: string): string {
  return text
    .split('\n')
    .map(line => line.trim())
    .join('\n')
}

const python = pythonWith('onnxruntime', 'PIL', 'numpy')

describe('examples/runtimes/onnxruntime_pillow.py', () => {
  it.skipIf(python === undefined)(
    'says what predict says, squashed, cropped and padded (needs CHIQUITO_PYTHON with onnxruntime and Pillow)',
    async () => {
      const folder = suiteFolder()
      const run = await trainOnDrawings(folder, { subject: 'hot dog', other: 'not' })
      const laid = sharp(await drawing('wave', 302, { side: 200 })).withMetadata({ orientation: 6 })
      writeTree(
        {
          'asked/ball.png': await sharp(await drawing('ball', 301))
            .resize(310, 120, { fit: 'fill' })
            .png()
            .toBuffer(),
          'asked/laid.jpg': await laid.resize(140, 420, { fit: 'fill' }).jpeg().toBuffer(),
          'asked/unlike.png': await checkers(),
        },
        folder,
      )
      const original = readModel(readFileSync(path.join(run, 'model.onnx')), 'model.onnx')
      for (const resize of ['squash', 'crop', 'pad']) {
        const model = path.join(folder, `${resize}.onnx`)
        const metadata = new Map(original.metadata).set('chiquito.view', JSON.stringify({ size: 96, resize }))
        // The digest of the others, which whoever edits one removes.
        metadata.delete('chiquito.metadata')
        writeFileSync(model, writeModel({ ...original, metadata }))
        const told = await chiquitoHere(['predict', model, path.join(folder, 'asked'), '--json'])
        expect(told.status, told.stderr).toBe(0)
        const { predictions } = documentOf<PredictResult>(told)
        expect(predictions).toHaveLength(3)
        expect(predictions.some(({ abstained }) => abstained)).toBe(true)
        for (const { path: photo, label, probabilities, abstained } of predictions) {
          const said = execFileSync(
            python ?? '',
            [path.join(examples, 'onnxruntime_pillow.py'), model, photo],
            {
              encoding: 'utf8',
            },
          ).trim()
          if (abstained) expect(said, photo).toBe('neither')
          else {
            const [, name, probability] = /^(.+) (\d\.\d{4})$/.exec(said) ?? []
            expect(name, `${photo}: ${said}`).toBe(label)
            expect(Math.abs(Number(probability) - Math.max(...probabilities))).toBeLessThan(0.05)
          }
        }
      }
    },
    180_000,
  )
})
