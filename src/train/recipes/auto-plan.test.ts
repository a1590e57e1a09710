import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { smallNetwork } from '../../../test/support/chiquito.js'
import { writeTree } from '../../../test/support/files.js'
import { drawings } from '../../../test/support/photos.js'
import { type Backbone, loadBackbone } from '../../backbones/index.js'
import type { ProgressEvent } from '../../core/index.js'
import { type Dataset, openDataset } from '../../dataset/index.js'
import { openSessions } from '../../engine/index.js'
import { TimePlan } from '../time-plan/index.js'
import { auto } from './auto.js'

const folder = mkdtempSync(join(tmpdir(), 'chiquito-in-time-'))
let dataset: Dataset
let backbone: Backbone

beforeAll(async () => {
  // The same kind of drawing in both classes: nobody can tell them apart, so many mistakes are left.
  const drawn = Object.entries(await drawings('ball', 'ball', 72))
  const mixed = drawn.map(([name, bytes], i) => [
    name.replace('ball/', `${i < 60 ? 'train' : 'valid'}/${i % 2 ? 'odd' : 'even'}/`),
    bytes,
  ])
  writeTree(Object.fromEntries(mixed), folder)
  dataset = await openDataset(folder)
  backbone = await loadBackbone(smallNetwork)
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
  expect(openSessions()).toBe(0)
})

/** Trains with a minute's time by a clock that goes on only while a task is told of, by seconds at each of its events. */
async function trained(slow: string, each: number) {
  const clock = { seconds: 0 }
  const tasks = new Set<string>()
  const progress = (event: ProgressEvent) => {
    if (!('task' in event)) return
    tasks.add(event.task)
    if (event.task === slow) clock.seconds += each
  }
  const time = new TimePlan({ budget: 60, progress, now: () => clock.seconds * 1000 })
  const options = { dataset, backbone, seed: 0, size: 32, threads: 1, time, progress: time.progress }
  const { choice, tta, stages } = await auto.run(options)
  const { fineTuning, candidates = [] } = choice ?? {}
  return {
    reason: fineTuning?.reason,
    heads: candidates.filter(({ name }) => name.includes('layer')).length,
    ...{ tta, stages, tasks, spared: time.spared },
  }
}

describe('recipe auto with a budget', () => {
  it('keeps the head where a little fine-tuning turns out to take too long', async () => {
    const { reason, tta, stages } = await trained('does fine-tuning pay?', 10)
    expect(reason).toBe(
      'Only the head was kept: fine-tuning was broken off, as it would not have been done within the budget of 1 min.',
    )
    expect(tta?.views).toBe(4)
    expect(stages.map(({ name }) => name)).toEqual(['choosing', 'learning'])
  })

  it('keeps what a little came to where more turns out to take too long', async () => {
    const { reason, tasks } = await trained('does more fine-tuning pay?', 10)
    expect(reason).toMatch(/ For more fine-tuning there was no time within the budget of 1 min\.$/)
    expect(tasks).not.toContain('fine-tuning')
  })

  it('does not begin what there is no time for', async () => {
    const { reason, tta, tasks, spared } = await trained('validation photos (whole photos)', 30)
    expect(reason).toMatch(
      /^Only the head learned: fine-tuning would have taken about .*, and the budget of 1 min was used up\.$/,
    )
    expect(tasks).not.toContain('does fine-tuning pay?')
    expect(tta).toBeUndefined()
    expect(spared).toEqual(['more views of the validation photos'])
  })

  it('compares fewer heads where even that takes too long', async () => {
    const { spared } = await trained('cross-validation', 5)
    expect(spared[0]).toMatch(/^(all but one|some) of the heads compared$/)
  })

  it('compares all where that takes next to nothing, however late it is', async () => {
    const { spared, heads } = await trained('training photos (whole photos)', 2)
    expect(heads).toBe(3)
    expect(spared).toEqual(['more views of the validation photos'])
  })
})
