// Kills in the middle of putting right, taking back and dividing. "npm run -s bench -- kills" does a hundred of each.
import { expect, it } from 'vitest'
import { programFile } from './support/chiquito.js'
import { temporaryFolder } from './support/files.js'
import { killAll } from './support/kills/index.js'

/** More where the environment asks for it. */
const kills = Number(process.env.CHIQUITO_KILLS ?? 4)

it('lose no photo, leave each where the journal says, and the command goes on or is taken back', async () => {
  const tallies = await killAll({ folder: temporaryFolder(), program: programFile, kills, seed: 11 })
  expect(tallies.flatMap(({ failures }) => failures)).toEqual([])
  expect(tallies.map(({ name }) => name)).toEqual([
    'doctor --fix',
    'doctor --even-out',
    'undo',
    'split',
    'split --add',
  ])
  // Most were hit at work, and not all at its beginning.
  for (const { name, hits, at } of tallies) {
    expect(hits, name).toBeGreaterThanOrEqual(kills / 3)
    expect(at[at.length - 1], name).toBeGreaterThan(0.2)
  }
})
