// Twenty kills at random moments of putting right and of taking back. "npm run -s bench -- kills" does a hundred.
import path from 'node:path'
import { expect, it } from 'vitest'
import { chiquito, programFile } from './support/chiquito.js'
import { faultyPhotos } from './support/faulty-photos.js'
import { temporaryFolder } from './support/files.js'
import { asJournalSays, differences, killAtRandom, starter, treeOf } from './support/kills.js'

it('loses no photo, leaves each where the journal says, and takes all of it back', async () => {
  const root = await faultyPhotos(path.join(temporaryFolder(), 'photos'), { count: 10 })
  const cache = path.join(temporaryFolder(), 'cache')
  const before = treeOf(root)
  const doctor = (...words: string[]) => ['doctor', root, '--quick', ...words]
  const report = await killAtRandom({
    root,
    kills: 20,
    seed: 11,
    start: starter(programFile, cache),
    commands: [doctor('--fix'), doctor('--even-out'), doctor('--fix', '--even-out'), ['undo', root]],
  })
  expect(report).toEqual({ killed: 20, failures: [] })
  const last = await chiquito(['undo', root, '--since', '1'], { env: { CHIQUITO_CACHE: cache } })
  expect(last.status, last.stderr).toBe(0)
  expect(differences(asJournalSays(root, before), treeOf(root))).toEqual([])
  expect(treeOf(root)).toEqual(before)
})
