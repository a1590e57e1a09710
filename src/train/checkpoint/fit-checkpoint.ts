import { z } from 'zod'
import type { Best, Callback, FitState, Position, Restorable } from '../loop/index.js'
import type { StepState } from '../steps/index.js'
import type { Checkpoint, Section } from './checkpoint.js'
import { anyNumber, epochSchema } from './facts.js'

const count = z.int().nonnegative()

const positionSchema = z.object({
  epochs: z.array(epochSchema),
  step: count,
  sum: anyNumber,
  stopped: z.string().optional(),
})
const stepSchema = z.object({ steps: count, drawn: count })
const fitSchema = stepSchema.extend({
  position: positionSchema,
  /** That the fit has taken so far. */
  seconds: z.number().nonnegative(),
})
const bestSchema = stepSchema.extend({ loss: anyNumber })

/** Where a fit stood when it was cut off. */
export interface FitStart {
  readonly position: Position
  readonly state: StepState
  readonly best: Best<StepState> | undefined
  readonly seconds: number
}

/** Keeps the state of one fit in a checkpoint, and finds it there again. */
export class FitCheckpoint {
  private readonly bestName: string

  constructor(
    private readonly checkpoint: Checkpoint,
    private readonly name: string,
  ) {
    this.bestName = `${name}, best epoch`
  }

  /**
   * Where the fit stood, if it had begun; undefined where it starts from nothing.
   * Throws `data` where that does not belong to work like this.
   */
  start(fresh: StepState, { steps, batches }: { steps: number; batches: number }): FitStart | undefined {
    const { checkpoint, name } = this
    if (!checkpoint.get(name)) return undefined
    const { position, seconds, ...counts } = checkpoint.checked(name, fitSchema)
    const before = position.epochs.length * batches
    if (position.step < before || position.step > Math.min(steps, before + batches))
      throw checkpoint.broken(`it counts ${position.step} steps after ${position.epochs.length} epochs`)
    const start = {
      position,
      seconds,
      state: { tensors: this.tensors(name, fresh), ...counts },
      best: this.best(fresh),
    }
    // The file has it until the next one; memory need not.
    this.forget()
    return start
  }

  private best(fresh: StepState): Best<StepState> | undefined {
    const { checkpoint, bestName } = this
    if (!checkpoint.get(bestName)) return undefined
    const { loss, ...counts } = checkpoint.checked(bestName, bestSchema)
    return { loss, snapshot: { tensors: this.tensors(bestName, fresh), ...counts } }
  }

  /** Saves at the end of epochs, now and then within them, and when the fit is interrupted. */
  callback(
    work: Restorable<StepState>,
    best: () => Best<StepState> | undefined,
    seconds: () => number,
  ): Callback {
    const { checkpoint } = this
    const save = async ({ epochs, step, sum, stopped }: FitState) => {
      const { tensors, ...counts } = work.current?.() ?? work.snapshot()
      const position = { epochs, step, sum, stopped }
      const sections = new Map<string, Section>()
      sections.set(this.name, { facts: { ...counts, position, seconds: seconds() }, tensors })
      const kept = best()
      if (kept) {
        const { tensors, ...counts } = kept.snapshot
        sections.set(this.bestName, { facts: { ...counts, loss: kept.loss }, tensors })
      }
      await checkpoint.save(sections)
    }
    return {
      afterStep: state => (checkpoint.due('step') ? save(state) : undefined),
      afterEpoch: state => (checkpoint.due('epoch') ? save(state) : undefined),
      afterInterrupt: save,
    }
  }

  /** The fit is over: what came of it is another section's business. */
  forget(): void {
    this.checkpoint.delete(this.name)
    this.checkpoint.delete(this.bestName)
  }

  /** The tensors of a section, which must be those of the work at hand. */
  private tensors(name: string, fresh: StepState): StepState['tensors'] {
    const tensors = this.checkpoint.get(name)?.tensors ?? new Map()
    const shapes = (of: StepState['tensors']) =>
      Array.from(of, ([tensor, { shape }]) => `${tensor} [${shape}]`).sort()
    const [found, expected] = [shapes(tensors), shapes(fresh.tensors)]
    const wrong = expected.find((one, i) => one !== found[i]) ?? found[expected.length]
    if (wrong !== undefined)
      throw this.checkpoint.broken(`in part "${name}", ${wrong} is missing or unexpected`)
    return tensors
  }
}
