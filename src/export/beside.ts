import path from 'node:path'
import { argmax, asFloat32, throwIfAborted, uint8, type WorkOptions } from '../core/index.js'
import type { DeviceOptions, Session } from '../engine/index.js'
import { type CalibrationFigures, calibrationFigures, type Interval, wilson } from '../evaluate/index.js'
import { decode, readPhotoFile, renderView, type ViewRule } from '../images/index.js'
import { noneRead } from '../predict/index.js'
import { isPhotosFault } from '../train/index.js'

/** A photo whose class is known. */
export interface LabelledPhoto {
  /** Relative to the root. */
  readonly path: string
  /** Number of its class among the model's. */
  readonly label: number
  readonly sha256: string
}

/** Photos, and the folder that they lie in. */
export interface LabelledPhotos {
  readonly root: string
  readonly photos: readonly LabelledPhoto[]
}

/** As far as `known` may move unsaid: two steps where a class has twenty photos to rank among. */
export const KNOWN_STEPS = 0.1

/** What a model says of one photo. */
export interface Answer {
  readonly probabilities: readonly number[]
  /** Null where it gives none. */
  readonly known: number | null
  readonly milliseconds: number
}

/** A model in a session, and below which `known` it says "neither". */
export interface Opened {
  readonly session: Session
  readonly threshold: number | undefined
}

/** How one model did. */
export interface PrecisionFigures {
  readonly right: number
  readonly accuracy: number
  /** 95 %, Wilson. */
  readonly interval: Interval
  readonly calibration: CalibrationFigures
  /** Photos that it says "neither" of; null where it cannot. */
  readonly neither: number | null
  /** Median of a photo through the network, one at a time, in onnxruntime-node. */
  readonly milliseconds: number
}

/** Two precisions of one model on the same photos. */
export interface Beside {
  readonly photos: number
  /** Photos that could not be read, with the reason. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[]
  readonly given: PrecisionFigures
  readonly exported: PrecisionFigures
  /** Photos whose most probable class is another one now. */
  readonly changed: readonly {
    readonly path: string
    readonly truth: string
    readonly given: string
    readonly exported: string
    /** Of its class, in the model given: how near it was to the edge. */
    readonly probability: number
  }[]
  /** Photos that only one of the two says "neither" of; null where one cannot. */
  readonly neitherChanged: number | null
  /** Photos whose `known` moved by more than 0.1, and how far at most; null where one gives none. */
  readonly known: { readonly moved: number; readonly largest: number } | null
  /** Largest difference of a probability. */
  readonly largest: number
  /** Time of the exported one by that of the other: the median of the photos. */
  readonly timeRatio: number
}

export interface BesideOptions extends WorkOptions, DeviceOptions {
  readonly labels: readonly string[]
  readonly rule: ViewRule
  /** What logits are divided by; undone for the figures before. */
  readonly temperature: number
}

/** Shows the same photos to both, one after the other, in turns. @throws `data` where none can be read */
export async function judgeBeside(
  given: Opened,
  exported: Opened,
  { root, photos }: LabelledPhotos,
  { labels, rule, temperature, progress, signal }: BesideOptions,
): Promise<Beside> {
  const task = 'both on the same photos'
  const seen: { readonly photo: LabelledPhoto; readonly answers: readonly [Answer, Answer] }[] = []
  const unreadable: { path: string; reason: string }[] = []
  progress?.({ kind: 'start', task, total: photos.length })
  for (const [i, photo] of photos.entries()) {
    throwIfAborted(signal)
    const view = await viewOf(photo, root, rule).catch(error => {
      if (!isPhotosFault(error)) throw error
      unreadable.push({ path: photo.path, reason: error.message.replace(`${photo.path}: `, '') })
    })
    if (view) {
      // Who comes second finds the photo in the processor's memory.
      const pair = i % 2 === 0 ? [given, exported] : [exported, given]
      const [a, b] = [await ask(pair[0], view, rule.size), await ask(pair[1], view, rule.size)]
      seen.push({ photo, answers: i % 2 === 0 ? [a, b] : [b, a] })
    }
    progress?.({ kind: 'advance', task, done: i + 1, total: photos.length })
  }
  progress?.({ kind: 'end', task })
  if (seen.length === 0) throw noneRead(unreadable)
  const truth = seen.map(({ photo }) => photo.label)
  const figures = (which: 0 | 1, threshold: number | undefined) =>
    figuresOf(
      truth,
      seen.map(({ answers }) => answers[which]),
      threshold,
      temperature,
    )
  const neithers = seen.map(({ answers: [a, b] }) => [isNeither(a, given), isNeither(b, exported)])
  const isAsked = neithers.every(pair => pair.every(one => one !== undefined))
  return {
    photos: seen.length,
    unreadable,
    given: figures(0, given.threshold),
    exported: figures(1, exported.threshold),
    changed: seen.flatMap(({ photo, answers: [a, b] }) => {
      const [before, after] = [argmax(a.probabilities), argmax(b.probabilities)]
      if (before === after) return []
      return [
        {
          path: photo.path,
          truth: labels[photo.label],
          given: labels[before],
          exported: labels[after],
          probability: a.probabilities[before],
        },
      ]
    }),
    neitherChanged: isAsked ? neithers.filter(([a, b]) => a !== b).length : null,
    known: knownMoved(seen.map(({ answers }) => answers)),
    largest: Math.max(
      ...seen.flatMap(({ answers: [a, b] }) =>
        a.probabilities.map((p, k) => Math.abs(p - b.probabilities[k])),
      ),
    ),
    timeRatio: median(seen.map(({ answers: [a, b] }) => b.milliseconds / a.milliseconds)),
  }
}

function knownMoved(pairs: readonly (readonly [Answer, Answer])[]): Beside['known'] {
  const off = pairs.flatMap(([a, b]) =>
    a.known === null || b.known === null ? [] : [Math.abs(a.known - b.known)],
  )
  if (off.length < pairs.length) return null
  return { moved: off.filter(one => one > KNOWN_STEPS).length, largest: Math.max(...off) }
}

function figuresOf(
  truth: readonly number[],
  answers: readonly Answer[],
  threshold: number | undefined,
  temperature: number,
): PrecisionFigures {
  const rows = answers.map(({ probabilities }) => probabilities)
  const right = rows.filter((row, i) => argmax(row) === truth[i]).length
  const neithers = answers.map(answer => isNeither(answer, { threshold }))
  return {
    right,
    accuracy: right / rows.length,
    interval: wilson(right, rows.length) ?? [0, 1],
    calibration: calibrationFigures(truth, rows, temperature),
    neither: neithers.includes(undefined) ? null : neithers.filter(Boolean).length,
    milliseconds: median(answers.map(one => one.milliseconds)),
  }
}

function isNeither({ known }: Answer, { threshold }: Pick<Opened, 'threshold'>): boolean | undefined {
  return known === null || threshold === undefined ? undefined : known < threshold
}

/** The plain view of a photo: bytes [size, size, 3]. @throws `image`, `data` where it cannot be read or was changed */
export async function viewOf(
  { path: name, sha256 }: Pick<LabelledPhoto, 'path' | 'sha256'>,
  root: string,
  rule: ViewRule,
): Promise<Uint8Array> {
  const bytes = await readPhotoFile(path.join(root, name), name, sha256)
  return renderView(await decode(bytes, { name, shortSide: rule.size }), rule)
}

async function ask({ session }: Opened, view: Uint8Array, size: number): Promise<Answer> {
  const outputs = ['probabilities', 'known'].filter(name => session.outputs.has(name))
  const started = performance.now()
  const answers = await session.run({ pixels: uint8(view, [1, size, size, 3]) }, outputs)
  const milliseconds = performance.now() - started
  const { known } = answers
  return {
    probabilities: Array.from(asFloat32(answers.probabilities, 'probabilities').data),
    known: known === undefined ? null : asFloat32(known, 'known').data[0],
    milliseconds,
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1]
}
