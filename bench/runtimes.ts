import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { asFloat32, uint8 } from '../src/core/index.js'
import { openPlain, Session } from '../src/engine/index.js'
import { decode, readPhotoFile, renderView } from '../src/images/index.js'
import { readModelFile } from '../src/onnx/index.js'
import { parseModelMetadata } from '../src/run/index.js'
import { articlePhotos, checkoutRoot, chiquito, noArticlePhotos, timed } from './support/process.js'
import { findPython, noPython } from './support/python.js'
import type { BenchOptions, BenchResult, TextTable } from './support/result.js'

const name = 'runtimes'
/** Photos that each runtime is asked about. */
const asked = 20
const kinds = ['head alone', 'tuned'] as const

/** A model file, and what the product itself says of some photos. */
interface Asked {
  readonly kind: (typeof kinds)[number]
  readonly file: string
  readonly size: number
  /** Views as bytes, one file. */
  readonly views: string
  readonly said: Said
}

interface Said {
  readonly probabilities: readonly (readonly number[])[]
  /** Null where the model or the runtime has none. */
  readonly known: readonly number[] | null
}

/** How a file is opened elsewhere: a function of bench/python/runtimes.py, and where its packages are. */
interface Way {
  readonly what: string
  readonly way: string
  readonly python: string
  readonly packages: readonly string[]
}

const answerSchema = z.object({
  version: z.string(),
  first: z.string(),
  probabilities: z.array(z.array(z.number())),
  known: z.array(z.number()).nullable(),
  ms: z.number().nullable(),
})

const refusedSchema = z.object({ refused: z.string() })

/**
 * A model whose head alone learnt and one whose layers did, opened in whatever `scripts/make-runtimes.sh` installs (in
 * `.venv-runtimes`, or `CHIQUITO_RUNTIMES`): the largest difference of a probability and of `known` from the product's own on the
 * article's validation photos. Then what other ways of making a photo small do to the answers.
 *
 * `CHIQUITO_MODELS` is a folder with `head-alone.onnx` and `tuned.onnx`, where they need not be trained.
 */
export async function benchRuntimes({ json, only = '', rounds = 0 }: BenchOptions): Promise<BenchResult> {
  const photos = articlePhotos()
  if (photos === undefined) return { name, rows: [], skipped: noArticlePhotos }
  const folder = mkdtempSync(path.join(tmpdir(), 'chiquito-runtimes-'))
  try {
    const models: Asked[] = []
    for (const kind of kinds) models.push(await ask(kind, photos, folder))
    const ways = waysThere().filter(({ what }) => what.includes(only))
    const lines = [
      ['', ...models.flatMap(({ kind }) => [kind, 'known', ...(rounds ? ['ms'] : [])]), 'first output'],
    ]
    for (const way of ways) {
      if (!json) process.stderr.write(`${way.what}\n`)
      lines.push(await lineOf(way, models, rounds))
    }
    if ('onnxruntime-web'.includes(only)) lines.push(await webLine(models, rounds))
    const tables: TextTable[] = [{ title: `largest difference, ${asked} photos`, lines }]
    if ('resizing'.includes(only)) tables.push(await resized(models[0], photos, folder))
    return { name, rows: [], tables, notes: ways.length === 0 ? [noRuntimes] : [] }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const noRuntimes =
  'no other runtimes: run scripts/make-runtimes.sh, or set CHIQUITO_RUNTIMES to the folder it was told'

async function ask(kind: Asked['kind'], photos: string, folder: string): Promise<Asked> {
  const file = await modelOf(kind, photos, folder)
  const { view } = parseModelMetadata((await readModelFile(file)).metadata, file)
  const views: Uint8Array[] = []
  for (const name of validation(photos).slice(0, asked)) {
    const pixels = await decode(await readPhotoFile(path.join(photos, name), name), {
      name,
      shortSide: view.size,
    })
    views.push(renderView(pixels, view))
  }
  const place = path.join(folder, `${kind}.views`)
  writeFileSync(place, Buffer.concat(views))
  const session = await Session.open(file, { threads: 1 })
  const probabilities: number[][] = []
  const known: number[] = []
  for (const pixels of views) {
    const answer = await session.run({ pixels: uint8(pixels, [1, view.size, view.size, 3]) })
    probabilities.push(Array.from(asFloat32(answer.probabilities, 'probabilities').data))
    if (answer.known) known.push(asFloat32(answer.known, 'known').data[0])
  }
  await session.close()
  const said = { probabilities, known: known.length > 0 ? known : null }
  return { kind, file, size: view.size, views: place, said }
}

async function modelOf(kind: Asked['kind'], photos: string, folder: string): Promise<string> {
  const given = process.env.CHIQUITO_MODELS
  if (given) return path.join(given, `${kind.replace(' ', '-')}.onnx`)
  const run = path.join(folder, kind.replace(' ', '-'))
  await chiquito(['train', photos, '--out', run, '--fine-tune', kind === 'tuned' ? 'always' : 'never'])
  return path.join(run, 'model.onnx')
}

/** The validation photos, of one class and the other in turn. */
function validation(photos: string): string[] {
  return ['chiquito', 'not']
    .flatMap(label => {
      const names = readdirSync(path.join(photos, 'valid', label)).sort()
      return names.map((name, i): [number, string] => [i, path.join('valid', label, name)])
    })
    .sort(([a], [b]) => a - b)
    .map(([, name]) => name)
}

function waysThere(): Way[] {
  const root = process.env.CHIQUITO_RUNTIMES ?? path.join(checkoutRoot(), '.venv-runtimes')
  const targets = path.join(root, 'targets')
  if (!existsSync(targets)) return []
  const python = path.join(root, 'bin', 'python')
  const found = readdirSync(targets).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  const newest = (prefix: string) => found.filter(one => one.startsWith(prefix)).slice(-1)
  return found
    .flatMap(target => {
      const way = { what: target.replace(/-(?=\d)/, ' '), python, packages: [target] }
      const kind = target.replace(/-\d.*$/, '')
      if (kind === 'openvino')
        return [
          { ...way, what: `${way.what}, float32`, way: 'openvino_float32' },
          { ...way, what: `${way.what}, as it is`, way: 'openvino_as_it_is' },
        ]
      if (kind === 'onnx') return [{ ...way, what: `${way.what}, checker and evaluator`, way: 'reference' }]
      // PyTorch is in the other Python.
      if (kind === 'onnx2torch') return [{ ...way, way: kind, python: findPython() ?? python }]
      if (kind === 'onnxslim' || kind === 'onnxsim')
        return [
          {
            ...way,
            what: `${way.what}, then onnxruntime`,
            way: kind,
            packages: [target, ...newest('onnxruntime-'), ...newest('onnx-')],
          },
        ]
      return [{ ...way, way: kind }]
    })
    .map(way => ({ ...way, packages: way.packages.map(target => path.join(targets, target)) }))
}

async function lineOf(
  { what, way, python, packages }: Way,
  models: readonly Asked[],
  rounds: number,
): Promise<string[]> {
  const script = path.join(checkoutRoot(), 'bench', 'python', 'runtimes.py')
  const cells: string[] = []
  const firsts = new Set<string>()
  for (const { file, size, views, said } of models) {
    try {
      const args = [script, way, file, views, `${size}`, `${rounds}`]
      const { stdout } = await timed(python, args, { PYTHONPATH: packages.join(path.delimiter) })
      // Some say more on standard output than they are asked.
      const line = stdout.trim().split('\n').at(-1) ?? ''
      const answer = answerSchema.or(refusedSchema).parse(JSON.parse(line))
      if ('refused' in answer) throw new Error(answer.refused)
      firsts.add(answer.first)
      cells.push(...compared(answer, said), ...(rounds ? [answer.ms?.toFixed(1) ?? '–'] : []))
    } catch (error) {
      const reason = (error instanceof Error ? error.message : String(error)).replace(
        /^.* ended with \d+: /s,
        '',
      )
      cells.push(
        `no: ${reason.replace(/^.*error: (\(-\d+:[^)]*\) )?/, '').slice(0, 60)}`,
        '',
        ...(rounds ? [''] : []),
      )
    }
  }
  return [what, ...cells, [...firsts].join(', ')]
}

async function webLine(models: readonly Asked[], rounds: number): Promise<string[]> {
  const cells: string[] = []
  let version = ''
  for (const { file, size, views, said } of models) {
    const session = await openPlain('onnxruntime-web', await readFile(file))
    if (session === undefined) return ['onnxruntime-web', 'not installed', '', 'not installed', '', '']
    version = session.version
    const bytes = await readFile(views)
    const length = size * size * 3
    const answers: Float32Array[][] = []
    for (let i = 0; i < said.probabilities.length; i++)
      answers.push(
        await session.run(
          bytes.subarray(i * length, (i + 1) * length),
          [1, size, size, 3],
          ['probabilities', ...(said.known ? ['known'] : [])],
        ),
      )
    await session.close()
    const probabilities = answers.map(([row]) => Array.from(row))
    const known = said.known && answers.map(([, value]) => value[0])
    cells.push(...compared({ probabilities, known }, said), ...(rounds ? ['–'] : []))
  }
  return [`onnxruntime-web ${version}, wasm`, ...cells, '']
}

/** The largest difference of a probability, and of `known`. */
function compared(answer: Said, said: Said): string[] {
  const off = said.probabilities.flatMap((row, i) =>
    row.map((p, k) => Math.abs(p - answer.probabilities[i][k])),
  )
  const others = answer.known
  const known = others && said.known?.map((value, i) => Math.abs(value - others[i]))
  return [small(Math.max(...off)), known ? small(Math.max(...known)) : '–']
}

function small(difference: number): string {
  return difference < 0.001 ? difference.toExponential(0) : difference.toFixed(3)
}

const resizedSchema = z.record(
  z.string(),
  z.object({ largest: z.number(), mean: z.number(), changed: z.int() }),
)

/** Photos made small by what people have at hand. */
async function resized({ kind, file, size }: Asked, photos: string, folder: string): Promise<TextTable> {
  const title = `a photo made small elsewhere: difference of a probability, ${kind}`
  const python = findPython()
  if (python === undefined) return { title, lines: [[noPython]] }
  const script = path.join(checkoutRoot(), 'bench', 'python', 'resizing.py')
  const { stdout } = await chiquito(['predict', file, path.join(photos, 'valid'), '--json', '--threads', '1'])
  const { predictions } = z
    .object({ predictions: z.array(z.object({ path: z.string(), probabilities: z.array(z.number()) })) })
    .parse(JSON.parse(stdout))
  const expected = path.join(folder, 'expected.json')
  writeFileSync(
    expected,
    JSON.stringify(Object.fromEntries(predictions.map(one => [one.path, one.probabilities]))),
  )
  const found = resizedSchema.parse(
    JSON.parse((await timed(python, [script, file, `${size}`, expected])).stdout),
  )
  const lines = Object.entries(found).map(([way, { largest, mean, changed }]) => [
    way,
    largest.toFixed(3),
    mean.toFixed(4),
    `${changed} of ${predictions.length}`,
  ])
  return { title, lines: [['', 'largest', 'mean', 'verdicts changed'], ...lines] }
}
