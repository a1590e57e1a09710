import { featureWidth } from '../../backbones/index.js'
import type { RandomStream } from '../../core/index.js'
import type { Background, Photo, Split } from '../../dataset/index.js'
import { softmaxRows } from '../../evaluate/index.js'
import { headProbabilities, otherThingsOf } from '../heads/index.js'
import {
  type KnownPhotos,
  type LayersBefore,
  type Looks,
  type OtherThings,
  partOf,
  remember,
  type Unknowing,
} from '../known/index.js'
import { cutOf } from '../network/index.js'
import {
  type AutoFeatures,
  autoSpec,
  type Decision,
  firstColumns,
  leftOut,
  otherThingsTask,
} from './frozen/index.js'
import type { RecipeOptions } from './recipe.js'
import type { Shown } from './show.js'
import type { TuningDecision } from './tuning/index.js'

/** What was decided on the way to the finished classifier. */
export interface Before {
  /** What the pretrained trunk sees. */
  readonly features: AutoFeatures
  readonly decision: Decision
  /** Where fine-tuning was tried. */
  readonly asked?: TuningDecision | undefined
}

/** What progress calls looking at the photos learnt from through a network that shares no layer with what it was. */
export const onceMoreTask = 'training photos again'

/** Through what photos are looked at. */
interface Looking {
  readonly classifier: Pick<Shown['classifier'], 'backbone' | 'spec' | 'rule'>
  readonly features: AutoFeatures
}

/** Photos and what a network says of each that has not learnt from it, [photo][class]. */
interface Judged {
  readonly by: 'train' | 'valid'
  readonly photos: readonly Photo[]
  readonly probabilities: readonly (readonly number[])[]
}

/**
 * What the finished classifier knows its photos by. New photos are ranked among those learnt from, each compared with the
 * others alone and as sure as a network was that went without it. Where no network did, among the validation photos. Where
 * the last layers were tuned, photos are compared through these layers as they were before.
 */
export async function rememberPhotos(
  end: Shown,
  before: Before,
  random: RandomStream,
  options: RecipeOptions,
): Promise<KnownPhotos | Unknowing> {
  const { labels, rule } = end.classifier
  const { seed, coverage, device, threads, signal } = options
  const isFrozen = end.features === before.features
  const layers = isFrozen ? undefined : layersBefore(before, options)
  const { backbone, spec } = layers ?? end.classifier
  const seen = { features: layers ? before.features : end.features, classifier: { backbone, spec, rule } }
  const { photos } = await before.features.of(rule.resize, 'train')
  const learnt = await (isFrozen || layers ? looks(seen, 'train') : looks(seen, 'train', photos))
  const held = await looks(seen, 'valid')
  const others = options.background && (await otherThings(end, seen, options.background, options))
  await Promise.all([seen.features.rest(), end.features.rest()])
  const judged = await (isFrozen
    ? judgedFrozen(before, random.fork('left out'), options)
    : (judgedTuned(before.asked) ?? judgedHeld(end, held, options)))
  if (!judged)
    return {
      why: 'There are too few training photos to leave some out, so nothing tells what a new one looks like.',
      unreadableOthers: others?.unreadable,
    }
  return remember({
    ...{ backbone, spec, classes: labels.length, seed, coverage, device, threads, signal, learnt, others },
    ...{ before: layers, isTuned: !isFrozen && !layers },
    likeness: options.likeness && { ...options, root: options.dataset.root, find: options.likeness },
    ranked: { ...judged, ...among(judged.by === 'train' ? learnt : held, judged.photos) },
  })
}

/**
 * The last layers before they were tuned. Undefined where all layers were, as the finished network then shares none with
 * what it was.
 */
function layersBefore({ decision, asked }: Before, { backbone }: RecipeOptions): LayersBefore | undefined {
  const cut = asked?.leftOut && cutOf(backbone, decision.candidate.spec)
  if (!cut) return undefined
  const [last] = autoSpec(backbone).layers
  return { backbone, layer: cut.layer, spec: { layers: [last] } }
}

/** Cross-validated heads on the frozen trunk. */
async function judgedFrozen(
  { features, decision }: Before,
  random: RandomStream,
  options: RecipeOptions,
): Promise<Judged | undefined> {
  const found = await leftOut(decision, features, random, options)
  if (!found) return undefined
  const { photos } = await features.of(decision.candidate.resize, 'train')
  return { by: 'train', photos: found.photos.map(i => photos[i]), probabilities: found.probabilities }
}

/** The networks that were compared before one was fine-tuned on all photos. */
function judgedTuned(asked: TuningDecision | undefined): Judged | undefined {
  const { leftOut: found, temperature } = asked ?? {}
  return found && { by: 'train', photos: found.photos, probabilities: softmaxRows(found.logits, temperature) }
}

/** The finished classifier itself, on photos that it has not learnt from. */
async function judgedHeld(
  { classifier }: Shown,
  { photos, rows }: Looks,
  { device, threads }: RecipeOptions,
): Promise<Judged> {
  return {
    by: 'valid',
    photos,
    probabilities: await headProbabilities(classifier, rows, { device, threads }),
  }
}

/** Plain views of a part as a classifier's trunk sees them; of known photos without their mirror images. */
async function looks(
  { classifier: { rule, spec, backbone }, features }: Looking,
  split: Split,
  known?: Looks['photos'],
): Promise<Looks> {
  const { photos, views, width } = known
    ? await features.extract(rule.resize, known, onceMoreTask)
    : await features.of(rule.resize, split)
  const own = featureWidth(backbone, spec)
  return { photos, rows: firstColumns(views[0], width, own), width: own }
}

/** Photos of other things as they are compared, and what the classifier says of them. */
async function otherThings(
  end: Shown,
  seen: Looking,
  background: Background,
  device: RecipeOptions,
): Promise<OtherThings> {
  const found = await looksElsewhere(end, background)
  const compared = seen.features === end.features ? found : await looksElsewhere(seen, background)
  return otherThingsOf(end.classifier, found, device, compared)
}

/** Photos of a folder of their own as a trunk sees them. */
async function looksElsewhere(
  { classifier: { rule, spec, backbone }, features }: Looking,
  { root, photos }: Background,
) {
  const found = await features.elsewhere(rule.resize, root, photos, otherThingsTask)
  const width = featureWidth(backbone, spec)
  return { ...found, rows: firstColumns(found.views[0] ?? new Float32Array(), found.width, width), width }
}

/** The looks of some of the photos. */
function among(all: Looks, photos: readonly Photo[]): Looks {
  const places = new Map(all.photos.map(({ path }, i) => [path, i]))
  return partOf(
    all,
    photos.map(({ path }) => places.get(path) ?? 0),
  )
}
