// What the doctor could have found in made-up photos, to look at its page and to test it.
import type { DoctorPageInput } from '../../src/report/doctor/index.js'
import type { Picture } from '../../src/report/index.js'
import { drawPhoto } from './report-sample.js'

export interface DoctorSampleOptions {
  readonly photos: number
  readonly labels: readonly string[]
  /** Findings of each check. */
  readonly each: number
  /** Path of the n-th photo. */
  readonly path?: (n: number) => string
  /** Outside text: messages, properties. */
  readonly words?: string
}

const checks = [
  ['near-copies', 'Near copies', 2],
  ['alike', 'Groups of copies', 9],
  ['blurred', 'Blurred', 1],
  ['imbalance', 'Uneven classes', 0],
] as const

const noCode = { code: 'none', values: [] }

/** Findings of pairs, groups, single photos and none, of falling weight, the first of each check certain. */
export function doctorSample({
  photos,
  labels,
  each,
  path = n => `train/${labels[n % labels.length]}/${n}.jpg`,
  words = 'what is wrong with it',
}: DoctorSampleOptions): DoctorPageInput {
  const some = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => path((from * 10 + i) % photos))
  return {
    made: '2018-07-18T12:00:00Z',
    root: `photos/${words}`,
    photos,
    classes: labels.map((label, i) => ({
      label,
      photos: Math.round(photos / labels.length),
      typical: some(i, 9),
      odd: some(i + 5, i === 1 ? 0 : 9),
    })),
    checks: checks.map(([name, title]) => ({
      name,
      title,
      finds: `Finds ${title}.`,
      why: `Why ${title} matter.`,
      advice: `What to do about ${title}.`,
      threshold: 'Where the line is.',
    })),
    // The least important first: the page has to sort.
    findings: checks.flatMap(([check, , size]) =>
      Array.from({ length: each }, (_, n) => ({
        check,
        photos: some(n, size),
        certain: n === each - 1,
        message: `${check} ${n}: ${words}.`,
        weight: n,
      })),
    ),
    shortcuts: labels.flatMap(label =>
      ['size', words].map((property, i) => ({
        property,
        class: label,
        auc: 1 - 0.2 * i,
        interval: [0.97 - 0.2 * i, 1 - 0.1 * i] as const,
        stands: i === 0,
      })),
    ),
    shortcutWords: [
      {
        class: labels[0],
        certain: true,
        auc: 1,
        message: 'Size alone tells the classes apart (AUC 1.00).',
        said: noCode,
      },
      { class: labels[0], certain: false, auc: 0.8, message: words, said: noCode },
    ],
    notes: [words],
  }
}

/** A drawn picture for each path but the last; a few are drawn and used again. */
export async function doctorPictures(paths: readonly string[]): Promise<Map<string, Picture>> {
  const drawn = await Promise.all([0, 1, 2, 3].map(kind => drawPhoto(kind, kind, 160)))
  return new Map(paths.slice(0, -1).map((path, i) => [path, drawn[i % drawn.length]]))
}
