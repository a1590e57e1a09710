import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { findCopies, openCheckedData } from '../src/doctor/index.js'
import { splitLeaks } from '../src/splitting/index.js'

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
})
