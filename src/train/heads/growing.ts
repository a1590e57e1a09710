import type { RandomStream } from '../../core/index.js'
import type { HeadWeights } from './classifier.js'
import type { Head } from './head.js'
import { HeadTrainer, type HeadTrainerOptions, initialWeights } from './trainer.js'

/** A head from one fit to the next: its trainer while there is one, and what it has learnt before. */
export class GrowingHead {
  private learnt: HeadWeights
  private trainer: HeadTrainer | undefined
  private drawnBefore = 0

  constructor(
    private readonly head: Head,
    private readonly random: RandomStream,
  ) {
    this.learnt = initialWeights({ head, random })
  }

  /** What the head knows now. */
  weights(): HeadWeights {
    return this.trainer?.weights() ?? this.learnt
  }

  /** Steps that drew dropout so far. */
  get drawn(): number {
    return this.trainer?.drawn ?? this.drawnBefore
  }

  /** The head has learnt this elsewhere. */
  take(weights: HeadWeights, drawn = this.drawnBefore): void {
    this.learnt = weights
    this.drawnBefore = drawn
  }

  /** A trainer that goes on from what has been learnt, for a new fit. */
  async open(
    options: Omit<HeadTrainerOptions, 'head' | 'weights' | 'random' | 'drawn'>,
  ): Promise<HeadTrainer> {
    await this.close()
    const { head, random, learnt: weights, drawnBefore: drawn } = this
    this.trainer = await HeadTrainer.open({ ...options, head, weights, random, drawn })
    return this.trainer
  }

  /** Frees the trainer. What it has learnt stays. */
  async close(): Promise<void> {
    const { trainer } = this
    if (!trainer) return
    this.take(trainer.weights(), trainer.drawn)
    this.trainer = undefined
    await trainer.close()
  }
}
