// Twenty kills at random moments: a data set is there whole or not at all, what is added is gone on with, and every photo of the folder is as it was.
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { RandomStream } from '../src/core/index.js'
import { temporaryFolder } from './support/files.js'
import { killSplits } from './support/kill-splits.js'

/** More where the environment asks for it: 100 take some minutes. */
const kills = Number(process.env.CHIQUITO_KILLS ?? 20)

it('leaves a whole data set or none, and goes on', async () => {
  const root = temporaryFolder()
  const survived = await killSplits(root, { kills, random: RandomStream.fromSeed(53) })
  expect(survived).toBeLessThan(kills)
  expect(readdirSync(root).filter(name => name.startsWith('.'))).toEqual([])
  expect(existsSync(path.join(root, 'dataset/split.json'))).toBe(true)
})
