import { breather, RandomStream, type WorkOptions } from '../../core/index.js'
import { foldsOf } from '../../dataset/index.js'
import type { Interval } from '../../evaluate/index.js'
import { additiveScores, fitAdditive } from './additive.js'
import { type AucFigure, aucWithinFolds } from './auc.js'
import { isBeyondChance } from './chance.js'
import { type Column, encodingOf } from './encoding.js'
import { PROPERTIES, type Property, type ShortcutPhoto } from './properties.js'

/** How well a property tells one class from the rest. */
export interface Shortcut {
  /** Name of a property; `headers`: all that files say of themselves together; `all`: everything together. */
  readonly property: string
  /** Of two classes the first; what tells it apart tells the other apart. */
  readonly class: string
  /** Area under the ROC curve on photos not learnt from, 0 to 1; .5 is guessing. */
  readonly auc: number
  /** 95 %. */
  readonly interval: Interval
  /** Whether it is to be told: the area is large, and so many properties of so few photos would not show it by chance. */
  readonly stands: boolean
}

/**
 * Area under the ROC curve from which a property counts as a shortcut. Public sets whose classes were collected alike stand at .53
 * to .71 by their headers, sets put together from two sources at .96 and above.
 */
export const SHORTCUT_AUC = 0.75

export interface ShortcutData {
  readonly labels: readonly string[]
  readonly photos: readonly ShortcutPhoto[]
}

export interface ShortcutOptions extends WorkOptions {
  /** Of files only, as their headers tell it: costs no decoding. */
  readonly headersOnly?: boolean | undefined
}

const FOLDS = 5
/** Different photos that both sides need: with fewer the interval reaches from useless to perfect. */
const FEWEST = 10
/** Photos of a class, and others beside it, that are looked at. */
interface Most {
  readonly own: number
  readonly others: number
}
/** The interval is a few hundredths wide by then. */
const CLOSE_LOOK: Most = { own: 1000, others: 2000 }
/** Of many classes: enough to see whether there is anything to look at closely. */
const FIRST_LOOK: Most = { own: 250, others: 500 }
/** Others for each photo of a small class; more say hardly more about it. */
const OTHERS_EACH = 10
const SEED = 0
/** Of more classes only those are looked at closely that everything together tells from the rest a little. */
const MANY_CLASSES = 5
const WORTH_A_LOOK = 0.65
/** Of a class: each property, what headers say together, and everything. */
const LOOKS = PROPERTIES.length + 2

/**
 * How well each property tells each class from the rest, the strongest first: a small additive logistic regression, five-fold
 * cross-validated, with exact copies counted once. Classes with fewer than ten different photos are left out; of more than
 * five classes, single properties of those that all of them together do not tell from the rest.
 *
 * @throws `interrupted` when the signal fires
 */
export async function findShortcuts(
  { labels, photos }: ShortcutData,
  { headersOnly = false, signal }: ShortcutOptions = {},
): Promise<Shortcut[]> {
  const breathe = breather(signal)
  const found: (Omit<Shortcut, 'stands'> & AucFigure)[] = []
  let looks = 0
  const present = new Set(photos.map(({ label }) => label))
  const classes = labels.flatMap((name, label) => (present.has(label) ? [{ name, label }] : []))
  const different = differentIn(photos)
  for (const { name, label } of classes.length === 2 ? classes.slice(0, 1) : classes) {
    await breathe()
    // What all of it together does not tell, none of it tells alone.
    if (classes.length > MANY_CLASSES) {
      const first = await lookAtAll(different, label, headersOnly, breathe)
      if (first && first.auc < WORTH_A_LOOK) {
        looks++
        found.push({ class: name, ...first })
        continue
      }
    }
    const sample = sampleOf(different, label, CLOSE_LOOK)
    if (!sample) continue
    // Counted alike whether or not pictures are looked at, so that training and the doctor tell the same of files.
    looks += LOOKS
    for (const { property, columns } of columnsOf(sample.photos, headersOnly)) {
      await breathe()
      const figure = await crossValidated(columns, sample, breathe)
      if (figure) found.push({ property, class: name, ...figure })
    }
  }
  return found
    .map(({ aboveGuessing, ...one }) => ({
      ...one,
      stands: one.auc >= SHORTCUT_AUC && isBeyondChance(aboveGuessing, looks),
    }))
    .sort((a, b) => b.auc - a.auc)
}

/** How well everything together tells a class from the rest, on a small sample; undefined where that cannot be said. */
async function lookAtAll(
  different: readonly Different[],
  label: number,
  headersOnly: boolean,
  breathe: () => Promise<void>,
): Promise<(AucFigure & { readonly property: string }) | undefined> {
  const sample = sampleOf(different, label, FIRST_LOOK)
  const all = sample && columnsOf(sample.photos, headersOnly).at(-1)
  const figure = all && (await crossValidated(all.columns, sample, breathe))
  return figure && { property: all.property, ...figure }
}

/** Photos of a class and others, with the fold of each. */
interface Sample {
  readonly photos: readonly Seen[]
  readonly own: readonly boolean[]
  readonly folds: readonly number[]
}

type Seen = Parameters<Property['columns']>[0][number]

/** A photo whose header is known, and which of several equal ones is looked at: the first of each class. */
interface Different {
  readonly photo: Seen
  /** Also in another class, so that it must not be taken twice from those beside one. */
  readonly isShared: boolean
}

/** A copy says nothing new, and would be recognised by what was learnt from the other. */
function differentIn(photos: readonly ShortcutPhoto[]): Different[] {
  const labelsOf = new Map<string, number | Set<number>>()
  const first: Seen[] = []
  for (const photo of photos) {
    const { header, sha256, label } = photo
    if (!header) continue
    const known = labelsOf.get(sha256)
    if (known === label || (known instanceof Set && known.has(label))) continue
    if (known === undefined) labelsOf.set(sha256, label)
    else labelsOf.set(sha256, new Set(known instanceof Set ? [...known, label] : [known, label]))
    first.push({ ...photo, header })
  }
  return first.map(photo => ({ photo, isShared: labelsOf.get(photo.sha256) instanceof Set }))
}

function sampleOf(different: readonly Different[], label: number, most: Most): Sample | undefined {
  const [allOwn, allOthers]: [Seen[], Seen[]] = [[], []]
  const shared = new Set<string>()
  for (const { photo, isShared } of different) {
    if (photo.label === label) allOwn.push(photo)
    else if (!isShared || !shared.has(photo.sha256)) {
      allOthers.push(photo)
      if (isShared) shared.add(photo.sha256)
    }
  }
  if (Math.min(allOwn.length, allOthers.length) < FEWEST) return undefined
  const random = RandomStream.fromSeed(SEED).fork('shortcuts')
  const own = some(allOwn, most.own, random.fork('own'))
  const mostOthers = Math.min(most.others, Math.max(FEWEST ** 2, OTHERS_EACH * own.length))
  const others = some(allOthers, mostOthers, random.fork('others'))
  const all = [...own, ...others]
  const divisible = all.map((photo, i) => ({ ...photo, label: i < own.length ? 0 : 1 }))
  return { photos: all, own: all.map((_, i) => i < own.length), folds: foldsOf(divisible, FOLDS, SEED) }
}

function some(photos: readonly Seen[], most: number, random: RandomStream): readonly Seen[] {
  return photos.length <= most ? photos : random.shuffle(photos).slice(0, most)
}

/** The columns of each property, and of those together. */
function columnsOf(photos: readonly Seen[], headersOnly: boolean): { property: string; columns: Column[] }[] {
  const asked = PROPERTIES.filter(property => property.of === 'file' || !headersOnly)
  const single = asked
    .map(property => ({ property: property.name, of: property.of, columns: property.columns(photos) }))
    .filter(({ columns }) => columns.some(tells))
  const headers = single.filter(property => property.of === 'file')
  const together = (property: string, parts: typeof single) =>
    parts.length > 1 ? [{ property, columns: parts.flatMap(({ columns }) => columns) }] : []
  return [
    ...single,
    ...together('headers', headers),
    ...(headers.length < single.length ? together('all', single) : []),
  ]
}

/** Whether a column is not the same for all photos. */
function tells({ values }: Column): boolean {
  return values.some(value => !Object.is(value, values[0]))
}

async function crossValidated(
  columns: readonly Column[],
  { own, folds }: Sample,
  breathe: () => Promise<void>,
): Promise<AucFigure | undefined> {
  const scores = new Float64Array(own.length)
  for (let fold = 0; fold < FOLDS; fold++) {
    await breathe()
    const learnt = folds.flatMap((f, i) => (f !== fold ? [i] : []))
    const held = folds.flatMap((f, i) => (f === fold ? [i] : []))
    const encode = encodingOf(columns, learnt)
    const model = fitAdditive(
      encode(learnt),
      Uint8Array.from(learnt, i => Number(own[i])),
    )
    const answers = additiveScores(encode(held), model, held.length)
    for (const [k, i] of held.entries()) scores[i] = answers[k]
  }
  return aucWithinFolds(own, scores, folds)
}
