import { type Said, said, type WorkOptions } from '../../core/index.js'
import type { DeepCheck, DeepData } from '../check.js'
import type { LearningCurve } from '../deep/index.js'
import { deepParts } from './deep-parts.js'

/** Whether it is worth the trouble to look for more photos. */
export const morePhotos: DeepCheck = {
  name: 'more-photos',
  title: 'How many more photos would help',
  depth: 'deep',
  finds:
    'How the share of mistakes falls from an eighth of the photos to a quarter, half and all of them, and what twice and four ' +
    'times as many would make of it.',
  why: 'Collecting is the dearest part. Where the curve is flat, other photos or cleaner labels help more than more of the same.',
  advice:
    'Where twice the photos would help, collect more of what is mistaken most. Where it is not known, measure on more photos first.',
  threshold:
    'Cross-validated mistakes of a linear head on the frozen network, drawn on by several laws, each as likely as it fits; the 95 % ' +
    'interval is over those and over photos (a bootstrap). A gain is told as one where the whole interval lies above 0. Needs 16 different photos of each class.',
  async run(data, work) {
    const curve = await curveOf(data, work)
    if (curve === undefined) return []
    const words = { message: inWords(curve), said: asCode(curve) }
    return [{ check: 'more-photos', photos: [], certain: false, ...words, weight: 0 }]
  },
}

/** The curve itself; undefined where a class has too few photos. @throws `interrupted` */
export async function curveOf(data: DeepData, work: WorkOptions): Promise<LearningCurve | undefined> {
  const { learningCurve } = await deepParts()
  return learningCurve(data, work)
}

/** What the curve says, and how sure it is. */
export function inWords({ points, judged, forecasts }: LearningCurve): string {
  const now = points[points.length - 1]
  const steps = points.map(({ photos, error }) => `${percent(error)} with ${photos}`).join(', ')
  const mistakes = `Mistakes fall with the photos learnt from: ${steps} (${judged} judged).`
  const [twice] = forecasts
  const range = `95 % ${percent(twice.interval[0])} to ${percent(twice.interval[1])}`
  const forecast = `Twice the photos would leave about ${percent(twice.error)} (${range})`
  if (twice.gain[0] > 0) {
    const more = forecasts
      .slice(1)
      .map(({ times, error }) => `${times} times as many about ${percent(error)}`)
    return `${mistakes} ${[forecast, ...more].join(', ')}.`
  }
  return now.error * judged < FEW_MISTAKES
    ? `Of ${judged} photos ${Math.round(now.error * judged)} are mistaken: too few to say what more photos would do. Measure on more first.`
    : `Whether more photos of the same kind help is not known. ${steps} mistaken (${judged} judged). ${forecast}.`
}

/** The same as a code: mistakes now, with twice the photos, and the interval of that; or how few mistakes of how many photos there are. */
function asCode({ points, judged, forecasts: [twice] }: LearningCurve): Said {
  const { error } = points[points.length - 1]
  const isKnown = twice.gain[0] > 0
  if (!isKnown && error * judged < FEW_MISTAKES)
    return said('more-photos-few', Math.round(error * judged), judged)
  return said(
    isKnown ? 'more-photos-help' : 'more-photos-unknown',
    ...[error, twice.error, ...twice.interval].map(percent),
  )
}

/** Mistakes below which their number says hardly anything. */
const FEW_MISTAKES = 5

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
