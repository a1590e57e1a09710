import { RandomStream } from '../../../src/core/index.js'
import { type Ended, type KillTally, killInTheMiddle, runner } from './kill.js'
import { putRightVictims } from './put-right.js'
import { splitVictims } from './split.js'

export type { KillTally } from './kill.js'

export interface KillsOptions {
  /** For photos and their copies. */
  readonly folder: string
  /** The built command line. */
  readonly program: string
  /** Kills that are to hit each command in the middle. */
  readonly kills: number
  readonly seed: number
  /** Only commands whose name contains this. */
  readonly only?: string | undefined
  readonly told?: ((line: string) => void) | undefined
}

/** Kills everything that changes photos or makes data sets of them. `split` is two: into a new data set, and into an old one. */
export async function killAll({
  folder,
  kills,
  seed,
  only = '',
  ...rest
}: KillsOptions): Promise<KillTally[]> {
  const options = { ...rest, cache: `${folder}/cache`, kills }
  const run: (words: readonly string[]) => Promise<Ended> = runner(options)
  const victims = [...(await putRightVictims(folder, run)), ...(await splitVictims(`${folder}/split`, run))]
  const tallies: KillTally[] = []
  for (const victim of victims.filter(({ name }) => name.includes(only))) {
    const random = RandomStream.fromSeed(seed).fork(victim.name)
    const wanted = victim.words[0] === 'split' ? Math.ceil(kills / 2) : kills
    tallies.push(await killInTheMiddle(victim, { ...options, kills: wanted, random }))
  }
  return tallies
}
