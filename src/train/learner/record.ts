import { z } from 'zod'
import type { RatePoint } from '../../charts/index.js'
import { ChiquitoError, type Tensor } from '../../core/index.js'
import type { Split } from '../../dataset/index.js'
import {
  anyNumber,
  type Checkpoint,
  FitCheckpoint,
  stageSchema,
  weightsIn,
  weightTensors,
} from '../checkpoint/index.js'
import type { Unreadable } from '../features/index.js'
import type { HeadWeights } from '../heads/index.js'
import type { Stage } from '../stages/index.js'
import type { Tensors } from '../steps/index.js'

/** What a learner has done and knows, between two of its calls. */
export interface LearnerState {
  readonly stages: readonly Stage[]
  /** The points of every rate search. */
  readonly searches: readonly (readonly RatePoint[])[]
  /** Steps that drew dropout, and epochs that drew augmented views. */
  readonly drawn: number
  readonly augmentedEpochs: number
  readonly unreadable: Readonly<Partial<Record<Split, readonly Unreadable[] | undefined>>>
  readonly head: HeadWeights
  /** The weights of the trunk that are no longer the pretrained ones. */
  readonly trunk: Tensors
}

const unreadableSchema = z
  .array(z.object({ path: z.string(), reason: z.string(), changed: z.boolean().optional() }))
  .optional()
const stateSchema = z.object({
  stages: z.array(stageSchema),
  searches: z.array(z.array(z.object({ rate: anyNumber, loss: anyNumber, smoothed: anyNumber }))),
  drawn: z.int().nonnegative(),
  augmentedEpochs: z.int().nonnegative(),
  unreadable: z.object({ train: unreadableSchema, valid: unreadableSchema, test: unreadableSchema }),
})

const sectionName = 'learner'

/**
 * A learner's calls in a checkpoint: those that were done before a kill are not done again, but give what they gave.
 * The calls themselves are made as the first time.
 */
export class LearnerRecord {
  private constructor(
    private readonly checkpoint: Checkpoint,
    /** What there was when the program started; undefined where nothing had been done. */
    readonly past: LearnerState | undefined,
  ) {}

  /**
   * @param head what the head's weights are at first: what was kept must have their shapes
   * @param trunk the same for the trunk; asked for only where it has learnt
   */
  static of(
    checkpoint: Checkpoint,
    head: HeadWeights,
    trunk: () => ReadonlyMap<string, Tensor>,
  ): LearnerRecord {
    const section = checkpoint.get(sectionName)
    if (!section) return new LearnerRecord(checkpoint, undefined)
    const weights = weightsIn(checkpoint, sectionName, head, trunk)
    const past = { ...checkpoint.checked(sectionName, stateSchema), ...weights }
    return new LearnerRecord(checkpoint, past)
  }

  /** Stage number n, if it was finished. Throws `data` where that was another one. */
  stage(n: number, name: string, schedule: string): Stage | undefined {
    const stage = this.past?.stages[n]
    if (stage && (stage.name !== name || stage.schedule !== schedule))
      throw this.checkpoint.broken(
        `stage ${n + 1} was "${stage.name}" (${stage.schedule}), not "${name}" (${schedule})`,
      )
    return stage
  }

  /** Throws `usage` where what was done before has not all been asked for again: nothing can be judged until then. */
  requireCaughtUp(stages: number, searches: number): void {
    const { past } = this
    if (stages >= (past?.stages.length ?? 0) && searches >= (past?.searches.length ?? 0)) return
    throw new ChiquitoError('usage', 'A training that is gone on with can be judged once it is where it was.')
  }

  /** Where stage number n keeps its state while it lasts. */
  fit(n: number): FitCheckpoint {
    return new FitCheckpoint(this.checkpoint, `stage ${n + 1}`)
  }

  /** Keeps what has been learnt once a call is done. */
  async write({ head, trunk, ...facts }: LearnerState): Promise<void> {
    this.fit(facts.stages.length - 1).forget()
    this.checkpoint.set(sectionName, { facts, tensors: weightTensors({ head, trunk }) })
    await this.checkpoint.save()
  }
}
