import { exactTime, roughTime } from '../../core/index.js'
import { type Ahead, type InTime, type Piece, TimePlan } from '../time-plan/index.js'
import { endPieces, tunedEndPieces } from './end-pieces.js'
import { type AutoFeatures, autoSpec, type Decision, headPieces } from './frozen/index.js'
import type { RecipeOptions } from './recipe.js'
import {
  isMuchLeft,
  type TuningDecision,
  type TuningPart,
  type TuningPieces,
  type TuningSchedule,
  tuningPieces,
  without,
} from './tuning/index.js'
import { type UsualCosts, usualCosts } from './usual.js'

/** Photos that are looked at before it is decided how. */
const tried = 24
/** Fewer photos than this many times those are looked at before anything could be decided. */
const worthTrying = 4

/** What recipe `auto` has ahead, what fits into a budget, and what is left out where that is short. */
export class AutoPlan implements TuningSchedule {
  readonly time: TimePlan
  private readonly costs: UsualCosts
  private readonly tuning: TuningPieces
  private readonly end: readonly Piece[]
  private readonly tunedEnd: readonly Piece[]

  constructor(private readonly options: RecipeOptions) {
    this.time = options.time ?? new TimePlan()
    this.costs = usualCosts(options)
    this.tuning = tuningPieces(options, autoSpec(options.backbone), this.costs)
    this.end = endPieces(options, this.costs)
    this.tunedEnd = tunedEndPieces(options, this.costs, this.tuning.isWhole || options.fineTune === 'always')
  }

  /** The head is ahead. Where there is not even time for that, mirror images are left out. */
  async begin(features: AutoFeatures): Promise<void> {
    const { time } = this
    time.expect(this.headFirst(true))
    if (time.budget === undefined || !(await this.tryOut(features)) || !time.isLate) return
    features.leaveMirrored()
    time.spared.push('mirror images of the photos learnt from')
    time.expect(this.headFirst(false))
  }

  /** That there is no time for fine-tuning, where that is so. */
  tooLate(): TuningDecision | undefined {
    const { time, options, tuning, tunedEnd } = this
    const pieces = [...tuning.brief, ...tuning.little, ...tunedEnd]
    if (options.fineTune === 'always' || time.hasTimeFor(pieces)) return undefined
    const takes = roughTime(time.secondsOf(pieces))
    const left =
      time.left < 1 ? `${this.limit} was used up` : `${secondsLeft(Math.floor(time.left))} of ${this.limit}`
    return without(`Only the head learned: fine-tuning would have taken about ${takes}, and ${left}.`)
  }

  /** No fine-tuning is ahead. */
  headIsAll(): void {
    this.time.forgetPerhaps()
  }

  /** Fine-tuning is tried, or done. */
  tryTuning({ wrong }: Decision): void {
    const { options, time, tuning, end, tunedEnd } = this
    const photos = options.dataset.photos.filter(({ split }) => split === 'train').length
    const more = isMuchLeft(wrong, photos) ? [...tuning.thorough, ...tuning.whole] : tuning.little
    time.expect(
      options.fineTune === 'always'
        ? { pieces: [...tuning.asked, ...tunedEnd] }
        : {
            pieces: tuning.brief,
            usually: end,
            perhaps: { pieces: [...more, ...tunedEnd], when: 'fine-tuning pays' },
          },
    )
  }

  /** Whether all layers learn whatever is asked for, as the network cannot be cut. */
  get isWhole(): boolean {
    return this.tuning.isWhole
  }

  get limit(): string {
    return this.time.limit
  }

  async inTime<Result>(
    part: TuningPart,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal | undefined) => Promise<Result>,
  ): Promise<InTime<Result>> {
    const { time, tuning, tunedEnd } = this
    if (part === 'little' && !tuning.isLittleLearnt) {
      time.expect({ pieces: tuning.little, usually: tunedEnd })
      return { isLate: false, result: await work(signal) }
    }
    const after = {
      brief: [...tuning.little, ...tunedEnd],
      little: tunedEnd,
      thorough: [...tuning.whole, ...tunedEnd],
      whole: tunedEnd,
    }[part]
    if (part !== 'brief' && !time.hasTimeFor([...tuning[part], ...after])) return { isLate: true }
    if (part === 'thorough') {
      const perhaps = { pieces: after, when: 'more fine-tuning pays' }
      time.expect({ pieces: tuning.thorough, usually: tunedEnd, perhaps })
    }
    if (part === 'little' || part === 'whole') time.expect({ pieces: tuning[part], usually: tunedEnd })
    return time.inTime({ signal, after }, work)
  }

  /** All is learnt: it is looked at what came of it. */
  allIsLearnt(isTuned: boolean): void {
    this.time.expect({ pieces: isTuned ? this.tunedEnd : this.end })
  }

  /** More views of the validation photos, unless there is no time for them. */
  hasTimeForMoreViews(): boolean {
    const { time, end } = this
    if (!time.isLate || time.isTrifle(time.secondsOf(end.slice(0, 1)))) return true
    time.spared.push('more views of the validation photos')
    return false
  }

  private headFirst(isMirrored: boolean): Ahead {
    const { options, costs, tuning, end, tunedEnd } = this
    const pieces = headPieces(options, costs, isMirrored)
    if (options.fineTune === 'never') return { pieces, usually: end }
    if (options.fineTune === 'always') return { pieces: [...pieces, ...tuning.asked], usually: tunedEnd }
    const perhaps = {
      pieces: [...tuning.brief, ...tuning.little, ...tunedEnd],
      when: 'fine-tuning is worth a try',
    }
    const isFitting = this.time.hasTimeFor([...pieces, ...perhaps.pieces])
    return { pieces, usually: end, perhaps: isFitting ? perhaps : undefined }
  }

  /** Looks at some photos, to know how fast that is; false where that was known from before, or there are few. */
  private async tryOut(features: AutoFeatures): Promise<boolean> {
    const { time, costs, options } = this
    const photos = options.dataset.photos.filter(({ split }) => split === 'train')
    if (photos.length < worthTrying * tried) return false
    const found = await features.tryOut('squash', photos.slice(0, tried), () => time.elapsed)
    if (found) time.measure('views', found.photos * (costs.photo + 2 * costs.view), found.seconds)
    return found !== undefined
  }
}

/** "1 s was left", "12 s were left". */
function secondsLeft(seconds: number): string {
  return `only ${exactTime(seconds)} ${seconds === 1 ? 'was' : 'were'} left`
}
