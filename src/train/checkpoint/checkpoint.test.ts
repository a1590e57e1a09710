import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readSafetensors, writeSafetensors } from '../../backbones/index.js'
import { ChiquitoError, float32, RandomStream, uint8 } from '../../core/index.js'
import type { Trainable } from '../loop/loop.js'
import { oneCycle } from '../loop/schedule.js'
import { runStage } from '../stages/stage.js'
import type { StepState } from '../steps/step-runner.js'
import { anyNumber, Checkpoint, type CheckpointStore, FitCheckpoint } from './index.js'

const key = { seed: '3', 'data set': 'abc' }

/** Keeps the file in memory. */
class Memory implements CheckpointStore {
  readonly name = 'RUN/checkpoint/state.safetensors'
  lines = 0
  writes = 0

  constructor(
    public bytes?: Uint8Array,
    readonly mostBytes = 2 ** 30,
  ) {}

  async read() {
    return this.bytes
  }

  async write(bytes: Uint8Array) {
    this.bytes = bytes
    this.writes++
  }

  logged() {
    return this.lines
  }
}

function memory(bytes?: Uint8Array, mostBytes?: number) {
  return new Memory(bytes, mostBytes)
}

const tensors = new Map([
  ['a/b', float32(Float32Array.of(1, Number.NaN, -0), [3])],
  ['c', float32(new Float32Array(0), [0, 4])],
])

async function filled() {
  const store = memory()
  store.lines = 77
  const checkpoint = await Checkpoint.open(store, { key })
  checkpoint.set('one', {
    facts: { loss: Number.NaN, best: Number.NEGATIVE_INFINITY, tiny: 5e-324 },
    tensors,
  })
  await checkpoint.save(new Map([['now', { facts: [1], tensors: new Map() }]]))
  return { store, checkpoint }
}

describe('Checkpoint', () => {
  it('gives back what was kept, to the bit, and how much had been logged', async () => {
    const { store } = await filled()
    const again = await Checkpoint.open(memory(store.bytes), { key })
    expect(again.logged).toBe(77)
    expect(again.get('one')?.tensors).toEqual(tensors)
    const facts = z.object({ loss: anyNumber, best: anyNumber, tiny: anyNumber })
    expect(again.checked('one', facts)).toEqual({
      loss: Number.NaN,
      best: Number.NEGATIVE_INFINITY,
      tiny: 5e-324,
    })
    expect(again.get('now')?.facts).toEqual([1])
    expect((await Checkpoint.open(memory(), { key })).logged).toBeUndefined()
  })

  it('keeps what was true for an instant only in the file of that instant', async () => {
    const { store, checkpoint } = await filled()
    await checkpoint.save()
    const again = await Checkpoint.open(store, { key })
    expect([again.get('one') !== undefined, again.get('now')]).toEqual([true, undefined])
    again.delete('one')
    await again.save()
    expect((await Checkpoint.open(store, { key })).get('one')).toBeUndefined()
  })

  it('does a piece of work once', async () => {
    const store = memory()
    const number = z.object({ value: z.number() })
    const first = await Checkpoint.open(store, { key })
    expect(await first.once('dice', number, async () => ({ value: 4 }))).toEqual({ value: 4 })
    const again = await Checkpoint.open(store, { key })
    expect(await again.once('dice', number, () => expect.fail('done already'))).toEqual({ value: 4 })
    await expect(again.once('dice', z.string(), async () => '')).rejects.toMatchObject({
      code: 'data',
      message: expect.stringMatching(/its part "dice" is not what it should be/),
    })
  })

  it('names what does not fit the training at hand', async () => {
    const { store } = await filled()
    await expect(Checkpoint.open(store, { key: { ...key, seed: '4' } })).rejects.toMatchObject({
      code: 'data',
      message: expect.stringMatching(/belongs to another training: its seed is 3, not 4\. Restore what has/),
    })
    await expect(Checkpoint.open(store, { key: { ...key, size: '224' } })).rejects.toThrow(/its size is/)
  })

  it('refuses anything that is no whole checkpoint, whatever its bytes', async () => {
    const { store } = await filled()
    const whole = store.bytes ?? new Uint8Array()
    const { metadata } = readSafetensors(whole, 'it')
    const texts = Object.fromEntries(metadata)
    const wrong = {
      empty: new Uint8Array(),
      'another file': writeSafetensors(tensors),
      'no sections': writeSafetensors(new Map(), { ...texts, sections: '7' }),
      'no JSON': writeSafetensors(new Map(), { ...texts, sections: '{' }),
      'negative log': writeSafetensors(new Map(), { ...texts, logged: '-1' }),
      'tensor of nothing': writeSafetensors(new Map([['two/x', uint8(Uint8Array.of(1), [1])]]), texts),
      integers: writeSafetensors(new Map([['one/x', uint8(Uint8Array.of(1), [1])]]), texts),
    }
    for (const [what, bytes] of Object.entries(wrong))
      await expect(Checkpoint.open(memory(bytes), { key }), what).rejects.toMatchObject({
        code: 'data',
        message: expect.stringMatching(/is damaged: .* train again without going on/),
      })
    const later = writeSafetensors(new Map(), { ...texts, version: '99' })
    await expect(Checkpoint.open(memory(later), { key })).rejects.toThrow(/another version of chiquito/)
    const random = RandomStream.fromSeed(1)
    for (let i = 0; i < 300; i++) {
      const bytes = whole.slice(0, i % 3 === 0 ? random.integer(whole.length) : whole.length)
      for (let k = 0; k < i % 4; k++)
        if (bytes.length > 0) bytes[random.integer(bytes.length)] = random.integer(256)
      const outcome = await Checkpoint.open(memory(bytes), { key }).catch((error: unknown) => error)
      if (!(outcome instanceof Checkpoint))
        expect(outcome).toSatisfy(error => error instanceof ChiquitoError && error.code === 'data')
    }
  })

  it('says once that the state is too large, and leaves the file alone', async () => {
    const told: string[] = []
    const store = memory(undefined, 1000)
    const checkpoint = await Checkpoint.open(store, { key, notice: message => told.push(message) })
    for (let i = 0; i < 2; i++) await checkpoint.save()
    expect([store.writes, told]).toEqual([0, [expect.stringMatching(/too many for a checkpoint/)]])
  })
})

/** Work whose every bit depends on all that came before, as a network's does. */
class Sums implements Trainable<number> {
  readonly batchesPerEpoch = 4
  private weight = float32(Float32Array.of(1), [1])
  private steps = 0

  constructor(private readonly stopAt = Number.POSITIVE_INFINITY) {}

  *batches(epoch: number, from = 0) {
    for (let b = from; b < this.batchesPerEpoch; b++) yield 10 * epoch + b
  }

  async step(batch: number, rate: number) {
    if (this.steps === this.stopAt) throw new Error('killed')
    this.steps++
    const loss = Math.sin(this.weight.data[0] * 7 + batch)
    this.weight.data[0] += rate * loss
    return loss
  }

  async validate() {
    return { validLoss: Math.cos(this.weight.data[0] * 5), accuracy: Number.NaN }
  }

  snapshot(): StepState {
    const { data, shape } = this.weight
    return { tensors: new Map([['w', float32(data.slice(), shape)]]), steps: this.steps, drawn: this.steps }
  }

  restore({ tensors, steps }: StepState) {
    this.weight.data.set(tensors.get('w')?.data ?? [])
    this.steps = steps
  }
}

describe('a fit that is cut off', () => {
  const epochs = 5
  const schedule = oneCycle(0.3, epochs, 4)

  async function run(work: Sums, saved?: FitCheckpoint) {
    const stage = await runStage(work, schedule, {
      name: 'fit',
      started: performance.now(),
      keepBest: true,
      saved,
    })
    return { ...stage, seconds: 0, weight: work.snapshot().tensors.get('w')?.data[0] }
  }

  it.each([0, 1000])(
    'at any step ends as one that was not, with checkpoints every %d seconds',
    async seconds => {
      const whole = await run(new Sums())
      for (let cut = 0; cut < epochs * 4; cut++) {
        const store = memory()
        const first = await Checkpoint.open(store, { key, seconds })
        await expect(run(new Sums(cut), new FitCheckpoint(first, 'fit'))).rejects.toThrow('killed')
        const again = await Checkpoint.open(store, { key, seconds })
        if (seconds === 0 && cut > 0) expect(again.get('fit')).toBeDefined()
        expect(await run(new Sums(), new FitCheckpoint(again, 'fit'))).toEqual(whole)
      }
    },
  )

  it('is refused where its state is that of other work', async () => {
    const store = memory()
    const first = await Checkpoint.open(store, { key, seconds: 0 })
    await expect(run(new Sums(6), new FitCheckpoint(first, 'fit'))).rejects.toThrow('killed')
    const again = await Checkpoint.open(store, { key })
    const fit = new FitCheckpoint(again, 'fit')
    const other = { tensors: new Map([['w', float32(new Float32Array(2), [2])]]), steps: 0, drawn: 0 }
    expect(() => fit.start(other, { steps: 20, batches: 4 })).toThrow(/w \[2\] is missing or unexpected/)
    expect(() => fit.start(new Sums().snapshot(), { steps: 5, batches: 1 })).toThrow(/counts 6 steps after 1/)
  })
})
