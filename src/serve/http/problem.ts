import type { Said } from '../../core/index.js'
import {
  PROBLEM_PREFIX,
  type Problem,
  type ProblemKind,
  problemKinds,
  type RefusedPhoto,
} from '../api/index.js'

/** What is wrong with a request, as it is told. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'

  constructor(
    readonly kind: ProblemKind,
    /** What was wrong, what was expected, what to do. */
    readonly detail: string,
    readonly more: {
      readonly headers?: Readonly<Record<string, string>>
      readonly errors?: Problem['errors']
      readonly photos?: readonly RefusedPhoto[]
      /** The detail as a code, for whoever says it in other words. */
      readonly said?: Said | undefined
    } = {},
  ) {
    super(detail)
  }

  get status(): number {
    return problemKinds[this.kind].status
  }

  get document(): Problem & { readonly photos?: readonly RefusedPhoto[]; readonly said?: Said } {
    const { errors, photos, said } = this.more
    return {
      ...problemOf(this.kind, this.detail),
      ...(errors === undefined ? {} : { errors }),
      ...(photos === undefined ? {} : { photos }),
      ...(said === undefined ? {} : { said }),
    }
  }
}

export function problemOf(kind: ProblemKind, detail: string): Problem {
  return { type: PROBLEM_PREFIX + kind, ...problemKinds[kind], detail }
}

/** Whoever asked has gone, before the end of the body or before the answer: nobody is there to be told. */
export class GoneError extends Error {
  override readonly name = 'GoneError'
}
