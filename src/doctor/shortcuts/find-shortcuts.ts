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
/** Photos of a class, and others beside it, that are looked at: the interval is a few hundredths wide by then. */
const MOST_OWN = 1000
const MOST_OTHERS = 2000
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
  for (const { name, label } of classes.length === 2 ? classes.slice(0, 1) : classes) {
    const sample = sampleOf(photos, label)
    if (!sample) continue
    const sets = columnsOf(sample.photos, headersOnly)
    // What all of it together does not tell, none of it tells alone.
    const isMany = classes.length > MANY_CLASSES
    const together = isMany ? sets.splice(-1) : []
    let isWorth = true
    // Counted alike whether or not pictures are looked at, so that training and the doctor tell the same of files.
    looks += LOOKS
    for (const { property, columns } of [...together, ...sets]) {
      await breathe()
      if (!isWorth) break
      const figure = crossValidated(columns, sample)
      if (figure) found.push({ property, class: name, ...figure })
      if (!isMany || property !== together[0]?.property) continue
      isWorth = (figure?.auc ?? 0) >= WORTH_A_LOOK
      if (!isWorth) looks -= LOOKS - 1
    }
  }
  return found
    .map(({ aboveGuessing, ...one }) => ({
      ...one,
      stands: one.auc >= SHORTCUT_AUC && isBeyondChance(aboveGuessing, looks),
    }))
    .sort((a, b) => b.auc - a.auc)
}

/** Photos of a class and others, with the fold of each. */
interface Sample {
  readonly photos: readonly Seen[]
  readonly own: readonly boolean[]
  readonly folds: readonly number[]
}

type Seen = Parameters<Property['columns']>[0][number]

function sampleOf(photos: readonly ShortcutPhoto[], label: number): Sample | undefined {
  const sides: { own: Map<string, Seen>; others: Map<string, Seen> } = { own: new Map(), others: new Map() }
  for (const photo of photos) {
    const { header, sha256 } = photo
    const side = photo.label === label ? sides.own : sides.others
    // A copy says nothing new, and would be recognised by what was learnt from the other.
    if (header && !side.has(sha256)) side.set(sha256, { ...photo, header })
  }
  if (Math.min(sides.own.size, sides.others.size) < FEWEST) return undefined
  const random = RandomStream.fromSeed(SEED).fork('shortcuts')
  const own = some([...sides.own.values()], MOST_OWN, random.fork('own'))
  const most = Math.min(MOST_OTHERS, Math.max(FEWEST ** 2, OTHERS_EACH * own.length))
  const others = some([...sides.others.values()], most, random.fork('others'))
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

function crossValidated(columns: readonly Column[], { own, folds }: Sample): AucFigure | undefined {
  const scores = new Float64Array(own.length)
  for (let fold = 0; fold < FOLDS; fold++) {
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
