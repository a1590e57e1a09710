import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { articlePhotos, chiquito, noArticlePhotos, programFile } from './support/process.js'
import { type BenchOptions, type BenchResult, type BenchRow, row } from './support/result.js'

/** Seconds within which Ctrl-C is to be answered. */
const LIMIT = 1

/** Long enough a wait for any program: it is killed then, and that is told. */
const PATIENCE_MS = 60_000

interface Case {
  readonly what: string
  /** Commands that run before and leave something in the folder, such as a model. */
  readonly before?: readonly (readonly string[])[]
  readonly args: readonly string[]
  /** With what runs before left in the cache; else each run begins with an empty one. */
  readonly isWarm?: boolean
}

/**
 * Sends SIGINT, as Ctrl-C does, to commands at moments spread over all of their work (`--rounds`, 10 each), and tells how long it took
 * until they had said so, and until they had ended.
 */
export async function benchInterrupts({ json, rounds = 10, only }: BenchOptions): Promise<BenchResult> {
  const name = 'interrupts'
  const photos = articlePhotos()
  if (photos === undefined) return { name, rows: [], skipped: noArticlePhotos }
  const folder = await mkdtemp(path.join(tmpdir(), 'chiquito-interrupts-'))
  const rows: BenchRow[] = []
  const failures: string[] = []
  try {
    for (const one of cases(photos, folder)) {
      if (only !== undefined && !one.what.includes(only)) continue
      const waits = await interruptOften(one, folder, rounds)
      failures.push(...waits.filter(wait => wait.failure).map(wait => `${one.what}: ${wait.failure}`))
      const stopped = waits.flatMap(wait => (wait.ended === undefined ? [] : [wait.ended]))
      if (!json) console.error(`${one.what}: ${stopped.map(wait => wait.toFixed(2)).join(' ')}`)
      if (stopped.length === 0) continue
      const what = `${one.what}: longest wait of ${stopped.length}`
      rows.push(row(what, 's', [Math.max(...stopped)], [LIMIT], { limit: LIMIT }))
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return { name, rows, failures }
}

function cases(photos: string, folder: string): readonly Case[] {
  const model = path.join(folder, 'model')
  const out = path.join(folder, 'out')
  const learn = ['train', photos, '--fine-tune', 'never', '--out', model]
  return [
    { what: 'train', args: ['train', photos, '--out', out] },
    {
      what: 'train --fine-tune always',
      args: ['train', photos, '--fine-tune', 'always', '--epochs', '1', '--out', out],
    },
    { what: 'train --recipe fastai-2018', args: ['train', photos, '--recipe', 'fastai-2018', '--out', out] },
    {
      what: 'train, all features known',
      before: [learn],
      args: ['train', photos, '--out', out],
      isWarm: true,
    },
    { what: 'evaluate --tta', before: [learn], args: ['evaluate', model, photos, '--tta', '4'] },
    ...['float32', 'float16', 'int8'].map(precision => ({
      what: `export --precision ${precision}`,
      before: [learn],
      args: [
        ...['export', model, '--precision', precision, '--out', `${out}.onnx`, '--overwrite'],
        ...(precision === 'float32' ? [] : ['--allow-changed', '100']),
      ],
    })),
    {
      what: 'export --to huggingface',
      before: [learn],
      args: ['export', model, '--to', 'huggingface', '--out', `${out}-hub`, '--overwrite'],
    },
    { what: 'predict', before: [learn], args: ['predict', model, path.join(photos, 'train')] },
    { what: 'find-rate', args: ['find-rate', photos] },
    { what: 'doctor', args: ['doctor', photos] },
    { what: 'split', args: ['split', photos, '--no-record', '--out', out] },
    { what: 'split --check', args: ['split', photos, '--check'] },
  ]
}

interface Wait {
  /** Seconds from the signal to the end; undefined where the command had ended by itself. */
  readonly ended?: number
  readonly failure?: string
}

async function interruptOften(one: Case, folder: string, rounds: number): Promise<Wait[]> {
  const cache = path.join(folder, 'cache')
  const env = { CHIQUITO_CACHE: cache }
  const fresh = async () => {
    await rm(path.join(folder, 'out'), { recursive: true, force: true })
    if (one.isWarm !== true) await rm(cache, { recursive: true, force: true })
  }
  await rm(path.join(folder, 'model'), { recursive: true, force: true })
  for (const args of one.before ?? []) await chiquito(args, env)
  await fresh()
  const { seconds } = await chiquito(one.args, env, undefined, [0, 1])
  const waits: Wait[] = []
  for (let round = 0; round < rounds; round++) {
    await fresh()
    waits.push(await interrupted(one.args, env, ((round + 0.5) / rounds) * seconds))
  }
  return waits
}

function interrupted(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  after: number,
): Promise<Wait> {
  return new Promise((resolve, reject) => {
    const main = programFile()
    const child = spawn(process.execPath, [main, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let asked: number | undefined
    let text = ''
    const signal = setTimeout(() => {
      asked = performance.now()
      child.kill('SIGINT')
    }, 1000 * after)
    const patience = setTimeout(() => child.kill('SIGKILL'), 1000 * after + PATIENCE_MS)
    child.stderr.on('data', chunk => {
      text = (text + chunk).slice(-2000)
    })
    child.on('error', reject)
    child.on('close', code => {
      clearTimeout(signal)
      clearTimeout(patience)
      if (asked === undefined) return resolve({})
      const ended = (performance.now() - asked) / 1000
      if (code === 130 && text.includes('Interrupted')) return resolve({ ended })
      // Its work was done when the signal came.
      if (code === 0 || code === 1) return resolve({})
      resolve({
        ended,
        failure: `ended with ${code} at ${after.toFixed(1)} s: ${text.trim().split('\n').at(-1)}`,
      })
    })
  })
}
