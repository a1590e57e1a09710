import { describe, expect, it } from 'vitest'
import { scene } from '../../../test/support/scenes.js'
import { decode, greyMap, symmetricHash } from '../../images/index.js'
import { bitsOf } from './hash-index.js'
import { kindOfPosition, moved, POSITIONS, unfoldHash, WORDS } from './positions.js'

describe('the eight positions', () => {
  it('have the hashes of the picture laid into them', async () => {
    const side = 64
    const map = greyMap(await decode(await scene(5), { name: 'x', shortSide: side }), side)
    const hashOf = (data: Uint8Array) => symmetricHash({ width: side, height: side, data })
    const unfolded = new Uint32Array(WORDS)
    unfoldHash(hashOf(map), unfolded, 0)
    const different = new Set<string>()
    for (const position of POSITIONS) {
      const hash = hashOf(moved(map, side, position))
      const high = Number.parseInt(hash.slice(0, 8), 16)
      const low = Number.parseInt(hash.slice(8, 16), 16)
      // Rounding to whole steps of grey may turn a bit that is on the brink.
      expect(
        bitsOf(high ^ unfolded[2 * position]) + bitsOf(low ^ unfolded[2 * position + 1]),
      ).toBeLessThanOrEqual(1)
      different.add(hash.slice(0, 16))
    }
    expect(different.size).toBe(8)
  })

  it('are turned or mirrored', () => {
    expect(POSITIONS.map(kindOfPosition)).toEqual([
      'near',
      'mirrored',
      'mirrored',
      'turned',
      'mirrored',
      'turned',
      'turned',
      'mirrored',
    ])
  })
})
