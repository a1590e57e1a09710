import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { CheckSplitResult } from '../src/actions/split-check.js'
import { findCopies, openCheckedData } from '../src/doctor/index.js'
import { splitLeaks } from '../src/splitting/index.js'
import { documentOf } from './support/chiquito.js'
import { temporaryFolder } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'

const folder = path.resolve(import.meta.dirname, '../../shared/datasets/chiquito')

// These photos are not part of the repository: third parties own them.
describe.skipIf(!existsSync(folder))("copies in the article's data", () => {
  it('are the two leaks that its author missed, four other exact copies, and three near ones', async () => {
    const { photos, root } = await openCheckedData(folder, { cache: false })
    const pairs = await findCopies(photos, { root })
    const number = (name: string) => Number.parseInt(path.posix.basename(name), 10)
    const shown = pairs.map(
      ({ a, b, kind }) =>
        `${kind} ${[number(photos[a].path), number(photos[b].path)].sort((x, y) => x - y).join(' ')}`,
    )
    expect(shown.sort()).toEqual([
      'exact 111 385',
      'exact 17 102',
      'exact 37 289',
      'exact 395 403',
      'exact 4 57',
      'exact 40 46',
      'near 1 28',
      'part 246 305',
      'part 52 382',
    ])
    expect(splitLeaks(photos, pairs).map(({ train, held }) => [number(train), number(held)])).toEqual([
      [17, 102],
      [40, 46],
    ])
  })

  it('are leaks that split --check names, and two more that only features find', async () => {
    // --check writes nothing beside the photos; what is measured goes into a cache of its own.
    vi.stubEnv('CHIQUITO_CACHE', path.join(temporaryFolder(), 'cache'))
    const told = await chiquitoHere(['split', folder, '--check', '--json'])
    vi.unstubAllEnvs()
    expect(told.status, told.stderr).toBe(1)
    expect(documentOf<CheckSplitResult>(told).leaks).toEqual([
      {
        train: 'train/chiquito/17. chiquito-de-la-calzada_detalle_articulo.jpg',
        held: 'valid/chiquito/102. chiquito.jpg',
        kind: 'exact',
      },
      {
        train: 'train/chiquito/339. tumblr_oz8ronz6fa1s9y3qio1_1280.jpg',
        held: 'valid/chiquito/46. chiquito.jpg',
        kind: 'part',
      },
      { train: 'train/chiquito/40. chiquito-1.jpg', held: 'valid/chiquito/46. chiquito.jpg', kind: 'exact' },
      {
        train: 'train/chiquito/274. pack-chiquito-de-la-calzada-6379-1.jpg',
        held: 'valid/chiquito/60. 71hddvvvtcl._sl1299_.jpg',
        kind: 'part',
      },
    ])
  })
})
