import { rm } from 'node:fs/promises'
import path from 'node:path'
import { RandomStream } from '../../src/core/index.js'
import { fileSha256 } from '../../src/files/index.js'
import { treeMbNow } from '../support/process-tree.js'
import { type BenchRow, median, row, type TextTable } from '../support/result.js'
import { checkedRows, judged, writeList } from './judged.js'

/** `CHIQUITO_BENCH_ROWS` sets another number. */
const ROWS = Number(process.env.CHIQUITO_BENCH_ROWS ?? 1_000_000)
const SEED = 106

/** Milliseconds between two looks at its memory, and between two at whether it is to be killed. */
const LOOK_MS = 250
const KILL_LOOK_MS = 5

/** Shares of the work over which memory is told, as the median of all looks. */
const EARLY = [0.08, 0.12] as const
const LATE = [0.96, 1] as const

export interface MillionOptions {
  readonly run: string
  readonly photos: readonly string[]
  readonly folder: string
  /** How often it is killed (-9). */
  readonly kills: number
  readonly say: (line: string) => void
}

interface Found {
  readonly rows: readonly BenchRow[]
  readonly tables: readonly TextTable[]
  readonly failures: readonly string[]
}

/** So many rows in one go, and again with kills at random places; both must be the same bytes, each row once. */
export async function million(options: MillionOptions): Promise<Found> {
  const { run, photos, folder, say } = options

  const list = path.join(folder, 'list.txt')
  const out = path.join(folder, 'whole.jsonl')
  await writeList(list, photos, ROWS)
  const looks: { readonly bytes: number; readonly mb: number }[] = []
  const whole = await judged([run, list, out], LOOK_MS, (child, bytes) => {
    const mb = treeMbNow(child.pid)
    if (mb !== undefined) looks.push({ bytes, mb })
  })
  if (whole.status !== 0) throw new Error(`it ended with ${whole.status}: ${whole.stderr}`)
  say(`${ROWS} rows in ${whole.seconds.toFixed(0)} s`)
  const total = Math.max(...looks.map(({ bytes }) => bytes))
  const between = ([from, to]: readonly [number, number]) =>
    looks.filter(({ bytes }) => bytes >= from * total && bytes <= to * total).map(({ mb }) => mb)
  const failures = [...(await checkedRows(out, list)).faults]
  const killed = await killedOften(options, list, total)
  const { right, faults } = await checkedRows(killed.out, list)
  failures.push(...faults.map(fault => `after ${killed.hits} kills: ${fault}`))
  const isSame = (await fileSha256(out)) === (await fileSha256(killed.out))
  if (!isSame) failures.push(`after ${killed.hits} kills the rows are others`)
  await rm(killed.out)
  const figures = [
    row(`memory: at the end (ours), at 10 % of ${ROWS} rows (theirs)`, 'MB', between(LATE), between(EARLY), {
      target: 1.1,
    }),
    {
      ...row(
        `each row once and in its place after ${killed.hits} kills, of ${ROWS}`,
        'rows',
        [right],
        [ROWS],
      ),
      least: ROWS,
    },
  ]
  const places = killed.at.map(share => `${(100 * share).toFixed(0)} %`)
  const lines = [
    [
      'rows',
      'of photos',
      'in one go',
      'rows a second',
      'most memory',
      'kills',
      'at',
      'each row once, same bytes',
    ],
    [
      String(ROWS),
      String(photos.length),
      `${whole.seconds.toFixed(0)} s`,
      (ROWS / whole.seconds).toFixed(0),
      `${Math.max(...looks.map(({ mb }) => mb)).toFixed(0)} MB`,
      String(killed.hits),
      places.length === 0
        ? '–'
        : `${places[0]} to ${places.at(-1)}, median ${(100 * median(killed.at)).toFixed(0)} %`,
      failures.length === 0 ? 'yes' : 'no',
    ],
  ]
  return {
    rows: figures,
    tables: [{ title: 'rows made of few photos, in one go, and killed (-9) and gone on with', lines }],
    failures,
  }
}

/** Kills it at random places, each later than the one before, and lets it end. */
async function killedOften({ run, folder, kills, say }: MillionOptions, list: string, total: number) {
  const out = path.join(folder, 'killed.jsonl')
  const random = RandomStream.fromSeed(SEED)
  const places = Array.from({ length: kills }, () => random.uniform()).sort((a, b) => a - b)
  const at: number[] = []
  for (const place of places) {
    const ended = await judged([run, list, out], KILL_LOOK_MS, (child, bytes) => {
      if (bytes >= place * total && bytes > 0) child.kill('SIGKILL')
    })
    if (ended.status === 0) break
    if (ended.status !== null) throw new Error(`it ended with ${ended.status}: ${ended.stderr}`)
    at.push(place)
    say(`killed at ${(100 * place).toFixed(0)} %`)
  }
  const last = await judged([run, list, out], LOOK_MS, () => undefined)
  if (last.status !== 0) throw new Error(`it ended with ${last.status}: ${last.stderr}`)
  return { out, hits: at.length, at }
}
