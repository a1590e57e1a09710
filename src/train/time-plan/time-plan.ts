import { exactTime, type Progress, type ProgressEvent } from '../../core/index.js'
import type { Piece, WorkKind } from './piece.js'
import { type MeasuredKind, Speeds } from './speeds.js'

/** What is ahead. */
export interface Ahead {
  /** Pieces in the order of their work. */
  readonly pieces: readonly Piece[]
  /** What comes then, unless more is worth it. */
  readonly usually?: readonly Piece[] | undefined
  /** What comes in its place where that is worth it, and when that is. */
  readonly perhaps?: { readonly pieces: readonly Piece[]; readonly when: string } | undefined
}

export interface TimePlanOptions {
  readonly progress?: Progress | undefined
  /** Seconds that all may take; no limit by default. */
  readonly budget?: number | undefined
  /** Pieces after all that is planned. */
  readonly end?: readonly Piece[] | undefined
  /** When all began, as `now` tells; now by default. */
  readonly began?: number | undefined
  /** Milliseconds, of any origin. */
  readonly now?: (() => number) | undefined
}

/** What came of work that was not to go on beyond the budget. */
export type InTime<Result> = { readonly isLate: true } | { readonly isLate: false; readonly result: Result }

/** A piece under way. */
interface UnderWay {
  readonly piece: Piece
  /** When it began; a task, when it first told how far it was, as getting ready for it is another matter. */
  since: number
  /** What was done by then. */
  from: number
  share: number
  /** The part of all that was known from before. */
  recalled: number
}

/** No estimate before this, and none sooner after another. */
const firstSeconds = 1
const pauseSeconds = 0.5
/** A piece that takes longer than it should is still not over. */
const leastLeft = 0.1
/**
 * By how much of the budget the end may seem late, as estimates are rough, before work is broken off. What takes no more is not worth
 * leaving out.
 */
const slack = 0.05

/**
 * When work will be done, and whether that is in time: pieces are planned, the progress of their tasks is listened to, and
 * what was fast or slow so far tells of what is ahead.
 */
export class TimePlan {
  /** Told of the tasks; hands all on, with estimates in between. */
  readonly progress: Progress
  /** Seconds that all may take; no limit where it is undefined. */
  budget: number | undefined
  /** The seconds that a person gave, where this is one of several trainings that share them. */
  sharedBudget: number | undefined
  /** What was left out to be in time, in words. */
  readonly spared: string[] = []
  private readonly now: () => number
  private readonly began: number
  private readonly speeds = new Speeds()
  private plan: Ahead = { pieces: [] }
  private pieces: readonly Piece[] = []
  private isPlanned = false
  private next = 0
  private current: UnderWay | undefined
  private told = Number.NEGATIVE_INFINITY
  private kept = { usual: 0, fresh: 0 }
  private running: { readonly controller: AbortController; readonly after: readonly Piece[] } | undefined

  constructor(private readonly options: TimePlanOptions = {}) {
    this.now = options.now ?? (() => performance.now())
    this.budget = options.budget
    this.began = options.began ?? this.now()
    this.progress = event => {
      options.progress?.(event)
      this.hear(event)
    }
  }

  /** Seconds since all began. */
  get elapsed(): number {
    return (this.now() - this.began) / 1000
  }

  /** The budget in words: "the budget of 1 min", "this fold's part (20 s) of the budget of 1 min". */
  get limit(): string {
    const { budget = 0, sharedBudget } = this
    const whole = `the budget of ${exactTime(sharedBudget ?? budget)}`
    return sharedBudget === undefined ? whole : `this fold's part (${exactTime(budget)}) of ${whole}`
  }

  /** Seconds left of the budget, below 0 where it is exceeded; infinitely many without one. */
  get left(): number {
    return (this.budget ?? Number.POSITIVE_INFINITY) - this.elapsed
  }

  /** What is ahead from now on; the piece under way is over. */
  expect(plan: Ahead): void {
    this.finish()
    this.plan = plan
    this.pieces = [...plan.pieces, ...(plan.usually ?? []), ...this.end]
    this.isPlanned = true
    this.next = 0
    this.idle()
    this.tell(true)
  }

  /** What might have been worth it is not. */
  forgetPerhaps(): void {
    this.plan = { ...this.plan, perhaps: undefined }
    this.tell(true)
  }

  /** All is done: nothing is ahead. */
  close(): void {
    this.options.progress?.({ kind: 'estimate', seconds: 0 })
  }

  /** Notes that work which usually takes so long took so long here. */
  measure(kind: WorkKind, usual: number, took: number): void {
    this.speeds.add({ kind, usual, took })
  }

  /** Seconds that pieces will take, as fast as others of their kind have been. */
  secondsOf(pieces: readonly Piece[]): number {
    const now = this.measuredNow()
    return pieces.reduce((sum, piece) => sum + this.secondsOfOne(piece, now), 0)
  }

  /** Seconds until all is done that is planned. */
  get ahead(): number {
    return this.currentLeft() + this.secondsOf(this.pieces.slice(this.next))
  }

  /** The same where what may be worth it is. */
  private get mostAhead(): number | undefined {
    const { perhaps } = this.plan
    return perhaps && this.leastAhead(perhaps.pieces)
  }

  /** Whether what is planned will not be done in time, even without what comes then. */
  get isLate(): boolean {
    return this.left < this.leastAhead([])
  }

  /** Whether work of so many seconds is too little to be left out, even where all will be late. */
  isTrifle(seconds: number): boolean {
    return this.budget === undefined || seconds <= slack * this.budget
  }

  /** Whether these pieces, and what comes after all that is planned, are done in time. */
  hasTimeFor(pieces: readonly Piece[]): boolean {
    return this.budget === undefined || this.secondsOf([...pieces, ...this.end]) <= this.left
  }

  /**
   * Does what shall not go on beyond the budget: its signal fires as soon as what is planned, and these pieces after it, will
   * not be done in time. `isLate` where that happened.
   */
  async inTime<Result>(
    { signal, after }: { signal: AbortSignal | undefined; after: readonly Piece[] },
    work: (signal: AbortSignal | undefined) => Promise<Result>,
  ): Promise<InTime<Result>> {
    if (this.budget === undefined) return { isLate: false, result: await work(signal) }
    const controller = new AbortController()
    const { signal: late } = controller
    this.running = { controller, after }
    try {
      return { isLate: false, result: await work(signal ? AbortSignal.any([signal, late]) : late) }
    } catch (error) {
      if (!late.aborted || signal?.aborted || !isStop(error)) throw error
      return { isLate: true }
    } finally {
      this.running = undefined
    }
  }

  /** Seconds of what is planned for sure, of these pieces then, and of what comes after all. */
  private leastAhead(after: readonly Piece[]): number {
    const sure = this.plan.pieces.slice(this.next)
    return this.currentLeft() + this.secondsOf([...sure, ...after, ...this.end])
  }

  private get end(): readonly Piece[] {
    return this.options.end ?? []
  }

  private hear(event: ProgressEvent): void {
    if (event.kind === 'notice' || event.kind === 'estimate') return
    const { current } = this
    if (current?.piece.task !== event.task || event.kind === 'start') this.begin(event.task)
    const own = this.current?.piece.task === event.task ? this.current : undefined
    if (own && event.kind === 'advance' && event.total > 0) {
      const isFirst = own.share === 0
      own.share = event.done / event.total
      own.recalled = (event.recalled ?? 0) / event.total
      if (isFirst) {
        own.since = this.now()
        own.from = own.share - own.recalled
      }
    }
    if (own && event.kind === 'end') {
      own.share = 1
      this.finish()
      this.idle()
    }
    this.stopIfLate()
    this.tell()
  }

  private stopIfLate(): void {
    const { running, budget = 0 } = this
    if (running && this.left < this.leastAhead(running.after) - slack * budget) running.controller.abort()
  }

  /** Begins the piece of that task, if one is planned; those before it are over. */
  private begin(task: string): void {
    const at = this.pieces.findIndex((piece, i) => i >= this.next && piece.task === task)
    if (at < 0) return
    this.finish()
    this.next = at + 1
    this.current = this.starting(this.pieces[at])
  }

  /** Between two tasks: the piece that has none, if one comes next. */
  private idle(): void {
    const piece = this.pieces.at(this.next)
    if (piece === undefined || piece.task !== undefined) return
    this.next++
    this.current = this.starting(piece)
  }

  private starting(piece: Piece): UnderWay {
    return { piece, since: this.now(), from: 0, share: 0, recalled: 0 }
  }

  /** The piece under way is over; how fast it went is noted. */
  private finish(): void {
    const { current } = this
    if (!current) return
    if (current.piece.task === undefined) current.share = 1
    const measured = this.measuredNow()
    if (measured) this.speeds.add(measured)
    if (current.piece.isKept && current.share > 0) {
      this.kept.usual += current.share * current.piece.seconds
      this.kept.fresh += (current.share - current.recalled) * current.piece.seconds
    }
    this.current = undefined
  }

  /** What of the piece under way was done and not known from before, and how long it took. */
  private measuredNow(): MeasuredKind | undefined {
    const { current } = this
    if (!current) return undefined
    const usual = (current.share - current.recalled - current.from) * current.piece.seconds
    const took = (this.now() - current.since) / 1000
    return usual > 0 ? { kind: current.piece.kind, usual, took } : undefined
  }

  private secondsOfOne({ kind, seconds, isKept }: Piece, now: MeasuredKind | undefined): number {
    const { usual, fresh } = this.kept
    const expected = isKept && usual > 0 ? (seconds * fresh) / usual : seconds
    return expected * this.speeds.slowness(kind, now)
  }

  private currentLeft(): number {
    const { current } = this
    if (!current) return 0
    const { piece, since, from, share, recalled } = current
    const took = (this.now() - since) / 1000
    const expected = this.secondsOf([{ ...piece, isKept: false }])
    const fresh = share > 0 ? (share - recalled) / share : 1
    const whole = expected * fresh
    // What lies between two tasks is over when the next begins.
    if (piece.task === undefined) return Math.max(whole - took, leastLeft * whole)
    // Getting ready for a task says nothing of its speed.
    if (share === 0) return whole
    // The further a task is, the more its own speed counts.
    const seen = share - from
    return (1 - share) * ((1 - seen) * whole + took)
  }

  private tell(isNews = false): void {
    const { progress } = this.options
    const { elapsed, plan } = this
    const isSoon = elapsed < firstSeconds || (!isNews && elapsed - this.told < pauseSeconds)
    if (!progress || !this.isPlanned || isSoon) return
    this.told = elapsed
    const most = this.mostAhead
    progress({
      kind: 'estimate',
      seconds: this.ahead,
      perhaps: plan.perhaps && most !== undefined ? { seconds: most, when: plan.perhaps.when } : undefined,
    })
  }
}

function isStop(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'interrupted'
}
