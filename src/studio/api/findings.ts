/** A finding, as a page shows it. */
export interface FindingAnswer {
  readonly check: string
  /** Ids: one, a pair or a group; none where it is about a class or all. */
  readonly photos: readonly string[]
  readonly certain: boolean
  readonly message: string
  /** Which sentence that is, and what stands in it; null where only the message says it. */
  readonly said: { readonly code: string; readonly values: readonly (string | number)[] } | null
  readonly isStyle: boolean
}

/** `GET /api/findings`: what the doctor found last, without what was settled since. */
export interface FindingsAnswer {
  /** Null where it never looked. */
  readonly looked: {
    /** When it ended, ISO 8601. */
    readonly at: string
    /** Photos that were added or written anew since: nothing is known of them. */
    readonly unseen: number
    readonly checks: readonly { readonly name: string; readonly title: string; readonly advice: string }[]
    readonly findings: readonly FindingAnswer[]
  } | null
}
