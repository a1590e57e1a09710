// The programs of examples/runtimes: two pages show what they hold, and those of Python by Pillow say what `predict` says.
// scripts/try-runtimes.sh and try-spark-and-ray.sh run them all.
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { parquetReadObjects } from 'hyparquet'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
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
/** What docs/runtimes.md allows a probability of pixels that Pillow made. */
const TOLERANCE = 0.05
const docs = (name: string) => readFileSync(path.join(root, 'docs', name), 'utf8')

/** A section for each program, and the program that it is about. */
function sectionsOf(chapter: string): [string, string][] {
  const sections = chapter.split(/\n## /)[0].split('\n### ').slice(1)
  return sections.map(section => [
    /\]\(\.\.\/(examples\/runtimes\/[^)]+)\)/.exec(section)?.[1] ?? '',
    section,
  ])
}

describe('docs/runtimes.md and docs/spark-and-ray.md', () => {
  const [, chapter = ''] = docs('runtimes.md').split('\n## A program each\n')
  const sections = [...sectionsOf(chapter), ...sectionsOf(docs('spark-and-ray.md'))]

  it('have a section for every program, and every program one', () => {
    const sources = readdirSync(examples, { recursive: true, encoding: 'utf8' })
      .filter(name => /\.(py|mjs|java|go|rs)$/.test(name))
      .map(name => `examples/runtimes/${name.split(path.sep).join('/')}`)
    expect(sections.map(([program]) => program).sort()).toEqual(sources.sort())
  })

  it.each(sections)('show lines that %s holds', (program, section) => {
    const lines = plain(readFileSync(path.join(root, program), 'utf8'))
    const blocks = [...section.matchAll(/^```\w+\n(.*?)\n```$/gms)].map(([, block]) => block)
    expect(blocks.length).toBeGreaterThan(0)
    for (const block of blocks) expect(lines).toContain(plain(block))
  })
})

/** Without the indentation that a block has where it comes from. */
function plain(text: string): string {
  return text
    .split('\n')
    .map(line => line.trim())
    .join('\n')
}

const folder = suiteFolder()
const run = path.join(folder, 'run')
const python = pythonWith('onnxruntime', 'PIL', 'numpy')

beforeAll(async () => {
  if (python !== undefined) await trainOnDrawings(folder, { subject: 'hot dog', other: 'not' })
})

/** The same model, which takes photos by another rule. */
function modelBy(resize: string): string {
  const original = readModel(readFileSync(path.join(run, 'model.onnx')), 'model.onnx')
  const file = path.join(folder, `${resize}.onnx`)
  const metadata = new Map(original.metadata).set('chiquito.view', JSON.stringify({ size: 96, resize }))
  // The digest of the others, which whoever edits one removes.
  metadata.delete('chiquito.metadata')
  writeFileSync(file, writeModel({ ...original, metadata }))
  return file
}

async function predicted(model: string, photos: string): Promise<PredictResult> {
  const told = await chiquitoHere(['predict', model, photos, '--json'])
  expect(told.status, told.stderr).toBe(0)
  return documentOf<PredictResult>(told)
}

describe('examples/runtimes/onnxruntime_pillow.py', () => {
  it.skipIf(python === undefined)(
    'says what predict says, squashed, cropped and padded (needs CHIQUITO_PYTHON with onnxruntime and Pillow)',
    async () => {
      const laid = sharp(await drawing('wave', 302, { side: 200 })).withMetadata({ orientation: 6 })
      const photos = path.join(folder, 'asked')
      writeTree(
        {
          'ball.png': await sharp(await drawing('ball', 301))
            .resize(310, 120, { fit: 'fill' })
            .png()
            .toBuffer(),
          'laid.jpg': await laid.resize(140, 420, { fit: 'fill' }).jpeg().toBuffer(),
          'unlike.png': await checkers(),
        },
        photos,
      )
      for (const resize of ['squash', 'crop', 'pad']) {
        const model = modelBy(resize)
        const { predictions } = await predicted(model, photos)
        expect(predictions).toHaveLength(3)
        expect(predictions.some(({ abstained }) => abstained)).toBe(true)
        for (const { path: photo, label, probabilities, abstained } of predictions) {
          const program = path.join(examples, 'onnxruntime_pillow.py')
          const said = execFileSync(python ?? '', [program, model, photo], { encoding: 'utf8' }).trim()
          if (abstained) expect(said, photo).toBe('neither')
          else {
            const [, name, probability] = /^(.+) (\d\.\d{4})$/.exec(said) ?? []
            expect(name, `${photo}: ${said}`).toBe(label)
            expect(Math.abs(Number(probability) - Math.max(...probabilities))).toBeLessThan(TOLERANCE)
          }
        }
      }
    },
  )
})

const hasJava = spawnSync('java', ['-version'], { stdio: 'ignore' }).status === 0
const spark = hasJava ? pythonWith('pyspark', 'pandas', 'pyarrow', 'onnxruntime', 'PIL') : undefined
const ray = pythonWith('ray.data', 'pyarrow', 'onnxruntime', 'PIL')

describe('photos of all kinds', () => {
  const programs: [string, string | undefined, string][] = [
    ['spark_pandas.py', spark, 'pyspark, pandas, onnxruntime and Pillow, and Java'],
    ['ray_data.py', ray, 'ray[data], onnxruntime and Pillow'],
  ]
  for (const [program, command, needs] of programs)
    it.skipIf(command === undefined)(
      `have the rows of predict in examples/runtimes/${program} (needs CHIQUITO_PYTHON with ${needs})`,
      async () => {
        const photos = path.join(folder, `for ${program}`)
        execFileSync(process.execPath, [path.join(root, 'scripts/photos-of-all-kinds.mjs'), photos])
        const model = modelBy('crop')
        const { predictions, unreadable } = await predicted(model, photos)
        expect(unreadable).toHaveLength(4)
        const list = path.join(folder, `${program}.txt`)
        const all = [...predictions, ...unreadable].map(one => one.path)
        writeFileSync(list, [...all, ''].join('\n'))
        const out = path.join(folder, `rows of ${program}`)
        // Spark else looks for a name of this machine that others could reach it by.
        const env = { ...process.env, SPARK_LOCAL_IP: '127.0.0.1' }
        await promisify(execFile)(command ?? '', [path.join(examples, program), model, list, out], { env })
        const rows = await rowsIn(out)
        expect(rows.map(row => row.path).sort()).toEqual(all.sort())
        for (const { path: photo } of unreadable)
          expect(rows.find(row => row.path === photo)).toMatchObject({
            label: null,
            error: expect.any(String),
          })
        for (const one of predictions) {
          const row = rows.find(other => other.path === one.path)
          expect(row, one.path).toMatchObject({ label: one.label, abstained: one.abstained, error: null })
          for (const [i, probability] of one.probabilities.entries())
            expect(Math.abs(probability - (row?.probabilities?.[i] ?? Number.NaN)), one.path).toBeLessThan(
              TOLERANCE,
            )
        }
      },
    )
})

const rowSchema = z.object({
  path: z.string(),
  label: z.string().nullable(),
  probabilities: z.array(z.number()).nullable(),
  known: z.number().nullable(),
  abstained: z.boolean().nullable(),
  error: z.string().nullable(),
})

async function rowsIn(out: string): Promise<z.infer<typeof rowSchema>[]> {
  const files = readdirSync(out).filter(name => name.endsWith('.parquet'))
  const parts = files.map(name =>
    parquetReadObjects({ file: new Uint8Array(readFileSync(path.join(out, name))).buffer }),
  )
  return z.array(rowSchema).parse((await Promise.all(parts)).flat())
}
