import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { filesBelow } from './support/files.js'
import { articlePhotos, checkoutRoot, chiquito, noArticlePhotos, timed } from './support/process.js'
import { findPython, noPython } from './support/python.js'
import { type BenchOptions, type BenchResult, type BenchRow, row } from './support/result.js'

const name = 'predict'
const manyRounds = 7

const one = 'predict one photo, Python: import torch'
/** Photos that are judged by one process. */
const many = 1000
/** Views Python's side gives onnxruntime at a time: 1, 8 and 32 take as long, and this spares it most calls. */
const batch = 32
const threads = 2
const ofMany = `predict many: ${many} photos, Pillow and Python's onnxruntime`

interface Setting {
  readonly python: string
  /** An empty folder. */
  readonly folder: string
}

/** Whole processes in turn. */
export async function benchPredict({
  json,
  only = '',
  rounds = manyRounds,
}: BenchOptions): Promise<BenchResult> {
  const python = findPython()
  if (python === undefined) return { name, rows: [], skipped: noPython }
  const folder = await mkdtemp(path.join(tmpdir(), 'chiquito-bench-'))
  const wanted = { [one]: besideImport, [ofMany]: besidePillow }
  const rows: BenchRow[] = []
  let skipped: string | undefined
  try {
    for (const [what, measure] of Object.entries(wanted).filter(([what]) => what.includes(only))) {
      const turn = await measure({ python, folder })
      if ('skipped' in turn) skipped = turn.skipped
      else rows.push(await inTurns(what, turn, { json, rounds }))
    }
    return { name, rows, skipped }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** One turn of each side: seconds. */
interface Turn {
  readonly ours: () => Promise<{ readonly seconds: number }>
  readonly theirs: () => Promise<{ readonly seconds: number }>
  readonly target?: number
}

async function inTurns(
  what: string,
  { ours, theirs, target }: Turn,
  { json, rounds }: { readonly json: boolean; readonly rounds: number },
): Promise<BenchRow> {
  const seconds = { ours: [] as number[], theirs: [] as number[] }
  for (let round = -1; round < rounds; round++) {
    const a = await ours()
    const b = await theirs()
    // The first round brings both programs and the photos into the file cache.
    if (round < 0) continue
    seconds.ours.push(a.seconds)
    seconds.theirs.push(b.seconds)
    if (!json) process.stderr.write(`${what}: round ${round + 1} of ${rounds}\n`)
  }
  return row(what, 's', seconds.ours, seconds.theirs, { target })
}

/** A verdict on one photo from a cold start, beside the time Python takes to `import torch` and do nothing. */
async function besideImport({ python, folder }: Setting): Promise<Turn> {
  const run = path.join(folder, 'demo')
  const { stdout } = await chiquito(['demo', '--out', run, '--json', '--quiet'])
  const photo = firstPhoto(stdout)
  return {
    ours: () => chiquito(['predict', run, photo]),
    theirs: () => timed(python, ['-c', 'import torch']),
  }
}

/** A folder of photos, beside a program in Python that does the same with the same model (bench/python/predict.py). */
async function besidePillow({ python, folder }: Setting): Promise<Turn | { readonly skipped: string }> {
  const photos = articlePhotos()
  if (photos === undefined) return { skipped: noArticlePhotos }
  const run = path.join(folder, 'article')
  await chiquito(['train', photos, '--out', run, '--fine-tune', 'never', '--quiet'])
  const copies = path.join(folder, 'many')
  await writeMany(photos, copies)
  const script = path.join(checkoutRoot(), 'bench', 'python', 'predict.py')
  const model = path.join(run, 'model.onnx')
  const mine = () => chiquito(['predict', run, copies, '--threads', String(threads)])
  const his = () => timed(python, [script, model, copies, String(threads), String(batch)])
  requireAgreement(await mine(), await his())
  return { ours: mine, theirs: his, target: 1 }
}

/** The folder's JPEGs over and over, each time with another comment, so that no two files are the same. */
async function writeMany(photos: string, into: string): Promise<void> {
  await mkdir(into)
  const files: Buffer[] = []
  for (const file of filesBelow(photos)) {
    const bytes = await readFile(file)
    if (bytes[0] === 0xff && bytes[1] === 0xd8) files.push(bytes)
  }
  for (let i = 0; i < many; i++) {
    const bytes = files[i % files.length]
    const comment = Buffer.from(`\xff\xfe\0\x06${String(i).padStart(4, '0')}`, 'latin1')
    const file = Buffer.concat([bytes.subarray(0, 2), comment, bytes.subarray(2)])
    await writeFile(path.join(into, `${String(i).padStart(4, '0')}.jpg`), file)
  }
}

/** Labels may differ where other filters change a close call, and ours says "neither": in one photo of ten at most. */
function requireAgreement(ours: { stdout: string }, theirs: { stdout: string }): void {
  const [a, b] = [ours, theirs].map(({ stdout }) => stdout.trim().split('\n'))
  const label = (line: string) => line.trim().split(/\s/)[0]
  const same = a.filter((line, i) => label(line) === label(b[i] ?? '')).length
  if (a.length !== many || b.length !== many || same < 0.9 * many)
    throw new Error(`${same} of ${a.length} verdicts are those of Python's ${b.length}`)
}

function firstPhoto(stdout: string): string {
  const result: unknown = JSON.parse(stdout)
  if (
    typeof result === 'object' &&
    result !== null &&
    'predictions' in result &&
    Array.isArray(result.predictions)
  )
    return String(result.predictions[0].path)
  throw new Error('chiquito demo gave no predictions')
}
