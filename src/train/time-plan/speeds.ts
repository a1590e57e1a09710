import type { WorkKind } from './piece.js'

/** Seconds that some work usually takes, and took here. */
interface Measured {
  readonly usual: number
  readonly took: number
}

/** The same of one kind of work. */
export type MeasuredKind = Measured & { readonly kind: WorkKind }

const nothing: Measured = { usual: 0, took: 0 }

/** So much of what is usual is taken for granted beside what was measured, so that the first moments do not mislead. */
const granted = 0.3

/** How much slower than usual work is here, kind by kind. */
export class Speeds {
  private readonly measured = new Map<WorkKind, Measured>()

  /** Notes what some work came to. */
  add({ kind, ...work }: MeasuredKind): void {
    this.measured.set(kind, sum([this.measured.get(kind) ?? nothing, work]))
  }

  /**
   * Seconds here for each that is usual; a kind that was not met yet is as slow as the others.
   *
   * @param now - what the work under way has come to
   */
  slowness(kind: WorkKind, now?: MeasuredKind): number {
    const own = sum([this.measured.get(kind) ?? nothing, now?.kind === kind ? now : nothing])
    const all = sum([...this.measured.values(), now ?? nothing])
    const others = (all.took + granted) / (all.usual + granted)
    return (own.took + granted * others) / (own.usual + granted)
  }
}

function sum(parts: readonly Measured[]): Measured {
  return parts.reduce((a, b) => ({ usual: a.usual + b.usual, took: a.took + b.took }), nothing)
}
