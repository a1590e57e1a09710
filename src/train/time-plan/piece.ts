/** Work of one kind is as much slower than usual here as other work of that kind. */
export type WorkKind = 'views' | 'steps' | 'cross-validation' | 'other'

/** A piece of work that is ahead. */
export interface Piece {
  readonly kind: WorkKind
  /** The task that progress tells of it; without one it is whatever lies between two others. */
  readonly task?: string | undefined
  /** What it takes on the machine that figures of this project are from: two cores of a server. */
  readonly seconds: number
  /** Whether it may be known from before. */
  readonly isKept?: boolean | undefined
}
