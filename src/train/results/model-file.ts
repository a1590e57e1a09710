import path from 'node:path'
import { argmax, asFloat32, uint8 } from '../../core/index.js'
import type { Photo } from '../../dataset/index.js'
import { type DeviceOptions, Session } from '../../engine/index.js'
import { decode, encodePng, readPhotoFile, renderView, type ViewRule } from '../../images/index.js'
import { type Model, writeModel } from '../../onnx/index.js'
import {
  graphDigest,
  inputNote,
  type ModelMetadata,
  modelMetadataEntries,
  portableModel,
} from '../../run/index.js'
import { isPhotosFault } from '../features/index.js'
import { type Classifier, classifierGraph } from '../heads/index.js'
import { isKnowing, type KnownBackground, thresholdOf } from '../known/index.js'
import { calibrationFacts, calibrationOf } from './calibrated.js'
import type { Seen } from './seen.js'

/** What is known of a run and goes into its model. */
export type ModelFacts = Pick<
  ModelMetadata,
  'recipe' | 'seed' | 'data' | 'accuracy' | 'calibration' | 'shortcuts' | 'versions'
>

/** What a model says of its photos and of how good it is. */
export function figuresOf(
  seen: Seen,
  classifier: Classifier,
  fingerprint: string,
  train: number,
): Pick<ModelFacts, 'data' | 'accuracy' | 'calibration'> {
  const { accuracy: value, interval } = seen.evaluation
  return {
    data: { fingerprint, train, valid: seen.photos.length },
    accuracy: { value, low: interval[0], high: interval[1] },
    calibration: calibrationFacts(calibrationOf(seen, classifier.temperature), classifier.temperatureFrom),
  }
}

/** Golden photos a model carries: one a class, and of the first classes only where there are many. */
const mostGolden = 4

/** Bytes from one level of a golden photo's colours to the next. */
const colourStep = 8

/**
 * The classifier as the bytes of a `model.onnx` that says how to use it, with golden photos: a few photos in
 * fewer colours, pixel by pixel, and what the model answers, so that any copy of it can check itself.
 */
export async function modelFile(
  classifier: Classifier,
  photos: readonly Photo[],
  root: string,
  facts: ModelFacts,
): Promise<Uint8Array> {
  const { backbone, labels, rule } = classifier
  const built = await portableModel(classifierGraph(classifier))
  const metadata: ModelMetadata = {
    ...facts,
    labels: [...labels],
    view: rule,
    input: inputNote,
    backbone: { name: backbone.name, id: backbone.id, licence: backbone.licence },
    temperature: classifier.temperature ?? 1,
    abstention: abstentionOf(classifier),
    graph: graphDigest(built.graph),
    golden: await goldenPhotos(built, classifier, photos, root),
  }
  return writeModel({ ...built, metadata: modelMetadataEntries(metadata) })
}

/** How the output `known` is to be read. */
export function abstentionOf({
  known,
  labels,
}: Pick<Classifier, 'known' | 'labels'>): ModelMetadata['abstention'] {
  if (!isKnowing(known)) return known
  const { by, near, groupOf } = known.calibration
  return {
    coverage: known.coverage,
    threshold: thresholdOf(known),
    by,
    photos: near.length,
    shared: labels.filter((_, k) => groupOf[k] === labels.length),
    background: known.background && backgroundOf(known.background),
  }
}

function backgroundOf({ learnt, measured, caught }: KnownBackground) {
  return { learnt, measured, caught }
}

/** The first photo of each class that is still what it was, as the model sees it, with its answer. */
async function goldenPhotos(
  built: Model,
  { labels, rule }: Classifier,
  photos: readonly Photo[],
  root: string,
  options: DeviceOptions = {},
): Promise<ModelMetadata['golden']> {
  const session = await Session.open(built, options)
  const { size } = rule
  try {
    const golden: ModelMetadata['golden'] = []
    for (const [label] of labels.entries()) {
      if (golden.length === mostGolden) break
      const view = await firstView(
        photos.filter(photo => photo.label === label),
        root,
        rule,
      )
      if (!view) continue
      withFewColours(view)
      const png = new Uint8Array(await encodePng({ width: size, height: size, data: view }))
      golden.push({ png, ...(await goldenAnswer(session, view, size, labels)) })
    }
    return golden
  } finally {
    await session.close()
  }
}

/**
 * A golden photo need not be fine, only the same everywhere: in 32 levels of each colour its PNG has a third of the bytes. It stays RGB, as
 * readers give the numbers of a palette where somebody forgets to ask for colours.
 */
function withFewColours(view: Uint8Array): void {
  for (let i = 0; i < view.length; i++) view[i] = Math.min(255, Math.round(view[i] / colourStep) * colourStep)
}

/** What is kept of a model's answer to a golden photo, bytes [size, size, 3]. */
export async function goldenAnswer(
  session: Session,
  view: Uint8Array,
  size: number,
  labels: readonly string[],
): Promise<Omit<ModelMetadata['golden'][number], 'png'>> {
  const { probabilities, known } = await session.run({ pixels: uint8(view, [1, size, size, 3]) })
  const answer = Array.from(asFloat32(probabilities, 'probabilities').data)
  return {
    probabilities: answer,
    known: known && asFloat32(known, 'known').data[0],
    label: labels[argmax(answer)],
  }
}

/** The plain view of the first photo that can still be read as it was. */
async function firstView(
  photos: readonly Photo[],
  root: string,
  rule: ViewRule,
): Promise<Uint8Array | undefined> {
  for (const { path: name, sha256 } of photos) {
    try {
      const bytes = await readPhotoFile(path.join(root, name), name, sha256)
      return renderView(await decode(bytes, { name, shortSide: rule.size }), rule)
    } catch (error) {
      if (!isPhotosFault(error)) throw error
    }
  }
  return undefined
}
