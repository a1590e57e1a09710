/** What long work tells its caller while it runs. Rendering is the caller's business. */
export type ProgressEvent =
  | { readonly kind: 'start'; readonly task: string; readonly total?: number }
  | {
      readonly kind: 'advance'
      readonly task: string
      readonly done: number
      readonly total: number
      /** What `done` and `total` count; pieces of work by default. */
      readonly unit?: 'bytes' | undefined
      /** How many of `done` were known from before, and took no time to speak of; none by default. */
      readonly recalled?: number | undefined
      readonly note?: string
    }
  | { readonly kind: 'end'; readonly task: string; readonly note?: string }
  | {
      readonly kind: 'estimate'
      /** Until the whole work is done, roughly; 0 once it is. */
      readonly seconds: number
      /** Where more work may turn out to be worth it: how long all takes then, and in which case. */
      readonly perhaps?: { readonly seconds: number; readonly when: string } | undefined
    }
  | {
      readonly kind: 'notice'
      readonly message: string
      /** Only how the work goes on, such as the figures of an epoch: not for whoever asked for no progress. */
      readonly isRoutine?: boolean
    }

export type Progress = (event: ProgressEvent) => void

/** What every long action accepts. */
export interface WorkOptions {
  /** Told what is going on. */
  readonly progress?: Progress | undefined
  /** Stops the work cleanly when it fires; the action then throws `interrupted`. */
  readonly signal?: AbortSignal | undefined
}
