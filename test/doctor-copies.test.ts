// What doctor says of copies, through the command line.
import path from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { Finding } from '../src/doctor/index.js'
import { documentOf, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { plants, scene } from './support/scenes.js'

const folder = suiteFolder()

/** What people do to whole photos: found without the network. */
const whole = [
  'mirrored',
  'upside down',
  'turned by 90',
  'turned by 180',
  'turned by 270',
  'bordered',
  'watermarked',
  'recompressed',
  'smaller',
  'grey',
  'brighter',
  'screenshot',
] as const

describe('doctor --quick', () => {
  it('finds every whole copy among clean photos, first those across the split, and no other pair', async () => {
    vi.stubEnv('CHIQUITO_CACHE', path.join(folder, 'cache'))
    const files: Record<string, Uint8Array> = {}
    for (let i = 0; i < 40; i++) files[`train/${i % 2 === 0 ? 'sea' : 'land'}/${i}.jpg`] = await scene(i)
    const expected: string[] = []
    for (const [k, plant] of whole.entries()) {
      const i = 2 * k
      const copy = `${k < 3 ? 'valid' : 'train'}/sea/copy ${i}.jpg`
      files[copy] = await plants[plant](await scene(i))
      expected.push([copy, `train/sea/${i}.jpg`].sort().join(' '))
    }
    files['valid/land/100.jpg'] = await scene(100)
    const root = writeTree(files)
    const done = await chiquitoHere(['doctor', root, '--quick', '--json'])
    const { findings } = documentOf<{ findings: readonly Finding[] }>(done)
    const near = findings.filter(({ check }) => check === 'near-copies')
    expect(near.map(({ photos }) => [...photos].sort().join(' ')).sort()).toEqual(expected.sort())
    for (const { message } of near.slice(0, 3)) expect(message).toContain('measured on')
  })
})
