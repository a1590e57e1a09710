import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { faultyPhotos } from '../test/support/faulty-photos.js'
import { asJournalSays, differences, killAtRandom, starter, treeOf } from '../test/support/kills.js'
import { checkoutRoot } from './support/process.js'
import type { BenchOptions, BenchResult } from './support/result.js'

const program = path.join(checkoutRoot(), 'dist/cli/main.js')

/**
 * Kills `doctor --fix`, `--even-out` and `undo` at random moments (100 times, or as `--rounds` says): no photo is lost, each is where
 * the journal says, and taking all back gives the first folder, byte for byte.
 */
export async function benchKills({ json, rounds = 100 }: BenchOptions): Promise<BenchResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'chiquito-kills-'))
  try {
    const root = await faultyPhotos(path.join(folder, 'photos'))
    const before = treeOf(root)
    const cache = path.join(folder, 'cache')
    const report = await killAtRandom({
      root,
      kills: rounds,
      seed: 54,
      start: starter(program, cache),
      commands: commandsOn(root),
      told: line => (json ? undefined : console.error(line)),
    })
    const env = { ...process.env, CHIQUITO_CACHE: cache }
    execFileSync(process.execPath, [program, 'undo', root, '--since', '1', '--quiet'], { env })
    const failures = [
      ...report.failures,
      ...differences(asJournalSays(root, before), treeOf(root)),
      ...differences(before, treeOf(root)).map(what => `all taken back: ${what}`),
    ]
    return { name: 'kills', rows: [], notes: [`${report.killed} kills at work`], failures }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What is killed. */
export function commandsOn(root: string): string[][] {
  return [
    ['doctor', root, '--fix', '--quick'],
    ['doctor', root, '--even-out', '--quick'],
    ['doctor', root, '--fix', '--even-out', '--quick'],
    ['undo', root],
  ]
}
