import { describe, expect, it } from 'vitest'
import { earlyStop, keepBest, recordTo, stopOnAbort, stopOnDivergence, tellProgress } from './callbacks.js'
import { fit, type Trainable } from './loop.js'
import { restarts } from './schedule.js'

/** A weight that counts its steps; losses as given, one a step, two steps an epoch. */
function work(losses: readonly number[], validLosses: readonly number[]) {
  let weight = 0
  let epoch = 0
  const trainable: Trainable<number> & { snapshot(): number; restore(w: number): void; weight(): number } = {
    batchesPerEpoch: 2,
    *batches() {
      yield 0
      yield 1
    },
    step: async () => losses[weight++] ?? 1,
    validate: async () => ({ validLoss: validLosses[epoch++], accuracy: 0.5 }),
    snapshot: () => weight,
    restore: saved => {
      weight = saved
    },
    weight: () => weight,
  }
  return trainable
}

describe('fit', () => {
  it('runs every step of every epoch and reports the mean loss', async () => {
    const epochs = await fit(work([4, 2, 3, 1], [9, 8]), restarts(0.1, 2, 2), [])
    expect(epochs).toEqual([
      { epoch: 1, trainLoss: 3, rate: 0.1, validLoss: 9, accuracy: 0.5 },
      { epoch: 2, trainLoss: 2, rate: 0.1, validLoss: 8, accuracy: 0.5 },
    ])
  })

  it('lets callbacks clean up after an error', async () => {
    let cleaned = false
    const failing = { ...work([], [1]), step: () => Promise.reject(new Error('broken')) }
    const callback = {
      afterFit() {
        cleaned = true
      },
    }
    await expect(fit(failing, restarts(0.1, 1, 2), [callback])).rejects.toThrow('broken')
    expect(cleaned).toBe(true)
  })
})

describe('callbacks', () => {
  it('stop when the validation loss has not fallen for a while', async () => {
    const epochs = await fit(work([], [5, 4, 4.5, 4.2, 1]), restarts(0.1, 5, 2), [earlyStop(2)])
    expect(epochs).toHaveLength(4)
    expect(() => earlyStop(0)).toThrow('patience must be a whole number')
  })

  it('bring back the weights of the best epoch', async () => {
    const job = work([], [5, 2, 4])
    await fit(job, restarts(0.1, 3, 2), [keepBest(job)])
    expect(job.weight()).toBe(4)
  })

  it('stop a fit that diverges, with advice and the weights of the last good epoch', async () => {
    const job = work([1, 1, 1, Number.NaN], [3, 3])
    await expect(fit(job, restarts(0.5, 2, 2), [stopOnDivergence(job)])).rejects.toMatchObject({
      code: 'diverged',
      message: expect.stringMatching(/became NaN in step 4 at learning rate 0.5.*ten times lower/),
    })
    expect(job.weight()).toBe(2)
  })

  it('stop a fit whose loss explodes, though it is a number', async () => {
    const losses = [0.6, 0.5, ...Array.from({ length: 10 }, (_, i) => 4 ** i)]
    const job = work(losses, [0.4, 30, 900, 900])
    await expect(fit(job, restarts(0.5, 4, 2), [stopOnDivergence(job)])).rejects.toMatchObject({
      code: 'diverged',
      message: expect.stringMatching(/The loss rose from 0.60 to \d+ in step \d+ .*training diverges/),
    })
    expect(job.weight()).toBe(2)
  })

  it('stop on a signal, tell progress, and write a log', async () => {
    const controller = new AbortController()
    const lines: unknown[] = []
    const told: string[] = []
    const record = recordTo(line => lines.push(line))
    const tell = tellProgress('head', event => told.push(event.kind))
    const job = work([1, 1, 1, 1], [3, 3])
    const abort = {
      afterEpoch: () => controller.abort(),
    }
    await expect(
      fit(job, restarts(0.1, 2, 2), [record, tell, abort, stopOnAbort(controller.signal)]),
    ).rejects.toThrow('Interrupted')
    expect(lines).toHaveLength(4)
    expect(lines[2]).toMatchObject({ event: 'epoch', epoch: 1, validLoss: 3 })
    expect(told).toEqual(['advance', 'advance', 'notice', 'advance'])
  })
})
