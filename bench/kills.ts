import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type KillTally, killAll } from '../test/support/kills/index.js'
import { programFile } from './support/process.js'
import { type BenchOptions, type BenchResult, median } from './support/result.js'

const program = programFile()

/**
 * Kills `doctor --fix`, `--even-out`, `undo` and `split` in the middle, 100 times each (or as `--rounds` says): every photo is there
 * once, byte for byte, where the journal says; the command goes on to the same end, and all can be taken back.
 */
export async function benchKills({ json, rounds = 100, only }: BenchOptions): Promise<BenchResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'chiquito-kills-'))
  try {
    const tallies = await killAll({
      folder,
      program,
      kills: rounds,
      seed: 54,
      only,
      told: line => (json ? undefined : console.error(line)),
    })
    return {
      name: 'kills',
      rows: [],
      tables: [{ title: 'killed (-9) in the middle', lines: [heads, ...tallies.map(lineOf)] }],
      failures: tallies.flatMap(({ failures }) => failures),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const heads = ['command', 'hit', 'done when killed', 'before', 'ended first', 'wrong']

function lineOf({ name, hits, at, early, late, failures }: KillTally): string[] {
  const percent = (share: number) => (100 * share).toFixed(0)
  const range =
    at.length === 0
      ? '–'
      : `${percent(at[0])} to ${percent(at[at.length - 1])} %, median ${percent(median(at))} %`
  return [name, String(hits), range, String(early), String(late), String(failures.length)]
}
