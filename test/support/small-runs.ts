import { chmodSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, expect } from 'vitest'
import { chiquito, type RunOptions, smallNetwork, suiteFolder } from './chiquito.js'
import { writeTree } from './files.js'
import { drawings } from './photos.js'

/** A divided data set of sixteen drawings, in a folder for all tests of a file that others can enter; how to train on it in a moment. */
export function smallRuns() {
  const folder = suiteFolder()
  const at = (...names: string[]) => path.join(folder, ...names)
  const data = at('data')

  /** Trains quickly; what the test gives comes on top. */
  function train(dataset: string, out: string, more: readonly string[] = [], options: RunOptions = {}) {
    const quick = ['--recipe', 'fastai-2018', '--backbone', smallNetwork, '--size', '64', '--threads', '1']
    const args = [...quick, '--json', ...more]
    const env = { CHIQUITO_CACHE: at('cache'), ...options.env }
    return chiquito(['train', dataset, '--out', out, ...args], { ...options, env })
  }

  beforeAll(async () => {
    chmodSync(folder, 0o755)
    writeTree(
      {
        ...(await drawings('train/ball', 'ball', 6)),
        ...(await drawings('train/wave', 'wave', 6)),
        ...(await drawings('valid/ball', 'ball', 2, { from: 20 })),
        ...(await drawings('valid/wave', 'wave', 2, { from: 20 })),
      },
      data,
    )
  })
  /** A run that is trained before the tests, and its folder. */
  const trained = (name: string, more: readonly string[] = []): string => {
    beforeAll(async () => {
      const told = await train(data, at(name), more)
      expect(told.status, told.stderr).toBe(0)
    })
    return at(name)
  }
  return { at, data, train, trained }
}
