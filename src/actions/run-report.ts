import path from 'node:path'
import {
  ChiquitoError,
  commandName,
  RandomStream,
  shellPath,
  throwIfAborted,
  type WorkOptions,
} from '../core/index.js'
import {
  type Dataset,
  exactCopies,
  type LicenceMix,
  leaks,
  licencesInWords,
  type Photo,
} from '../dataset/index.js'
import { propertyWords, type Shortcut, shortcutHints, shortcutLine } from '../doctor/index.js'
import type { DeviceOptions } from '../engine/index.js'
import {
  decode,
  drawAugmentation,
  readPhotoFile,
  renderView,
  renderViews,
  SIDE_ON,
  thumbnail,
  type ViewRule,
} from '../images/index.js'
import {
  type AugmentedFacts,
  type DataFacts,
  explainedPhotos,
  figures,
  galleriesOf,
  galleryPhotos,
  type ReportInput,
  renderReport,
  restLabel,
  summaryText,
  type Timing,
} from '../report/index.js'
import type { RunFolder } from '../run/index.js'
import type { Recipe, RecipeResult, Seen, Stage } from '../train/index.js'
import { abstentionFacts } from './abstention.js'
import type { Calibrations } from './calibrations.js'
import { classFacts, formatFacts, partsOf, type SeenHeader } from './photo-facts.js'
import { heatPictures } from './report-heat.js'

/** What a report says of the run itself. */
export interface RunFacts extends Calibrations {
  readonly seed: number
  readonly recipe: string
  readonly command: string
  readonly machine: string
  /** When the run began, as `performance.now()` tells time. */
  readonly started: number
  readonly versions: Readonly<Record<string, string>>
  /** What quick checks found, a sentence each. */
  readonly faults: readonly string[]
}

/** Long side of a gallery picture, in pixels. */
const thumbnailSide = 240
/** Stands for a photo that can no longer be shown. */
const lostGrey = 160
/** Variations of one photo that a report shows, as the article does. */
const augmentedShown = 6

const resizeWords = {
  crop: 'short side scaled, centre cut out',
  squash: 'both sides scaled to the square',
  pad: 'long side scaled, the rest filled',
} as const

/** What the photos' files say, each read once. */
interface FilesFacts {
  readonly headers: readonly SeenHeader[]
  readonly shortcuts: readonly Shortcut[]
  /** What is recorded of where the photos come from; undefined where nothing is. */
  readonly licences: LicenceMix | undefined
}

/** Writes report and figures into the run folder; returns the summary for a terminal. */
export async function writeReport(
  run: RunFolder,
  result: RecipeResult,
  dataset: Dataset,
  recipe: Recipe,
  facts: RunFacts,
  files: FilesFacts,
  work: WorkOptions & DeviceOptions,
): Promise<string> {
  const { classifier, seen, tta, test, stages, choice, rates } = result
  const task = 'writing the report'
  work.progress?.({ kind: 'start', task })
  const model = run.file('model.onnx')
  const bytes = await run.readModel()
  const input: ReportInput = {
    title: titleOf(dataset.labels),
    made: new Date().toISOString(),
    evaluation: seen.evaluation,
    calibration: { ...facts.calibration, fittedOn: classifier.temperatureFrom },
    tta: tta && { views: tta.views, evaluation: tta.seen.evaluation, calibration: facts.ttaCalibration },
    test: test && { evaluation: test.evaluation, leaks: leakedInto(dataset, 'test') },
    abstention: abstentionFacts(result, dataset.photos)?.facts,
    model: {
      file: model,
      bytes: bytes.byteLength,
      backbone: classifier.backbone,
      recipe: recipe.name,
      inputSize: classifier.rule.size,
      resize: resizeWords[classifier.rule.resize],
      predict: `${commandName()} predict ${shellPath(model)} PHOTO`,
    },
    stages: stages.map(stage => ({
      ...stage,
      note: stage.undone ? `${stage.schedule}. ${stage.undone}` : stage.schedule,
    })),
    choice: choice && { ...choice, fineTuning: choice.fineTuning?.reason },
    rates: rates && { points: rates.points, suggestion: rates.suggestion },
    augmented: await augmentedSample(dataset, classifier.rule.size, recipe, facts.seed),
    galleries: await galleries(seen, dataset, bytes, { ...work, rule: classifier.rule }),
    data: { ...dataFacts(dataset, result, files), faults: facts.faults },
    repeat: {
      command: facts.command,
      seed: facts.seed,
      fingerprint: dataset.fingerprint,
      versions: facts.versions,
      machine: facts.machine,
    },
    timings: timingsOf(stages, facts.started),
  }
  throwIfAborted(work.signal)
  for (const { name, svg } of await figures(input)) await run.writeFigure(name, svg)
  const page = await renderReport(input)
  throwIfAborted(work.signal)
  await run.writeReport(page)
  work.progress?.({ kind: 'end', task })
  return summaryText(input)
}

function titleOf(labels: readonly string[]): string {
  const rest = restLabel(labels)
  const subject = labels.find(label => restLabel([label]) === undefined)
  if (labels.length === 2 && subject && rest !== undefined) return `${subject} or not`
  return labels.length <= 4 ? labels.join(' or ') : `${labels.length} classes`
}

/** The stages, and what came before and after them: hashing, measuring, writing. */
function timingsOf(stages: readonly Stage[], started: number): Timing[] {
  const all = (performance.now() - started) / 1000
  const told = stages.reduce((sum, { seconds }) => sum + seconds, 0)
  return [
    ...stages.map(({ name, seconds }) => ({ name, seconds })),
    { name: 'the rest', seconds: all - told },
  ]
}

async function pixelsOf(dataset: Dataset, photo: Photo, shortSide: number) {
  const { path: name, sha256 } = photo
  return decode(await readPhotoFile(path.join(dataset.root, name), name, sha256), { name, shortSide })
}

async function galleries(
  { interpretation, photos }: Seen,
  dataset: Dataset,
  model: Uint8Array,
  options: DeviceOptions & WorkOptions & { readonly rule: ViewRule },
) {
  const { device, threads, signal, rule } = options
  const pictures = new Map<number, string>()
  for (const i of galleryPhotos(interpretation)) {
    throwIfAborted(signal)
    pictures.set(i, await pictureOf(dataset, photos[i]))
  }
  const doubtful = explainedPhotos(interpretation)
  const heats = await heatPictures(model, doubtful, photos, {
    root: dataset.root,
    rule,
    device,
    threads,
    signal,
  })
  return galleriesOf(interpretation, i => ({
    picture: pictures.get(i) ?? '',
    path: photos[i].path,
    heat: heats.get(i),
  }))
}

/** A small picture of a photo; a grey one where the photo is gone or another by now: it was judged as it was. */
async function pictureOf(dataset: Dataset, photo: Photo): Promise<string> {
  try {
    return await thumbnail(await pixelsOf(dataset, photo, thumbnailSide), thumbnailSide)
  } catch (error) {
    if (!(error instanceof ChiquitoError)) throw error
    const data = new Uint8Array(thumbnailSide ** 2 * 3).fill(lostGrey)
    return thumbnail({ width: thumbnailSide, height: thumbnailSide, data }, thumbnailSide)
  }
}

/** One training photo and its variations, as the article shows them. */
async function augmentedSample(
  dataset: Dataset,
  size: number,
  { resize }: Recipe,
  seed: number,
): Promise<AugmentedFacts | undefined> {
  const random = RandomStream.fromSeed(seed).fork('augmented-sample')
  const rule = { size, resize }
  for (const photo of random.shuffle(dataset.photos.filter(({ split }) => split === 'train'))) {
    try {
      const pixels = await pixelsOf(dataset, photo, size)
      const draws = Array.from({ length: augmentedShown }, (_, i) =>
        drawAugmentation(random.fork(photo.sha256, i), SIDE_ON),
      )
      const picture = (data: Uint8Array) => thumbnail({ width: size, height: size, data }, thumbnailSide)
      return {
        path: photo.path,
        original: await picture(renderView(pixels, rule)),
        versions: await Promise.all(renderViews(pixels, rule, draws).map(picture)),
        note: 'mirrored, turned up to 10 degrees, zoomed up to 1.3 times, brightness and contrast within 5 %',
      }
    } catch {
      // An unreadable photo is told of elsewhere; another one serves as the sample.
    }
  }
  return undefined
}

function dataFacts(
  dataset: Dataset,
  result: RecipeResult,
  { headers, shortcuts, licences }: FilesFacts,
): DataFacts {
  const { split } = dataset
  const alike = shortcutHints(dataset.labels, headers)
  const line = shortcutLine(shortcuts, dataset.labels.length)
  return {
    root: dataset.root,
    split: divisionText(split),
    parts: partsOf(dataset),
    classes: classFacts(dataset, headers),
    formats: formatFacts(headers),
    licences: licences && licencesInWords(licences),
    copies: exactCopies(dataset.photos).map(group => group.map(photo => photo.path)),
    leaks: leakedInto(dataset, 'valid'),
    unreadable: result.unreadable,
    photos: dataset.photos.length,
    skipped: dataset.oddities.flatMap(({ description, count, examples }) =>
      examples.map(example => ({
        path: example,
        reason: count > examples.length ? `${description} (${count})` : description,
      })),
    ),
    // The sentence with figures says more; where there are too few photos for figures, the others still stand.
    hints: line === undefined ? alike : [line],
    shortcuts: {
      rows: shortcuts.map(one => ({
        property: propertyWords(one.property),
        label: one.class,
        auc: one.auc,
        interval: one.interval,
        stands: one.stands,
      })),
      notes: line === undefined ? [] : alike,
    },
  }
}

function divisionText(split: Dataset['split']): string {
  if (split.by === 'manifest') return `as ${path.basename(split.manifest)} says`
  if (split.by !== 'seed') return 'as the folders say'
  const part = Math.round(split.validFraction * 100)
  return `drawn by chiquito: ${part} % of each class, seed ${split.seed}; copies, also near ones, and photos of one page, person or video together`
}

function leakedInto({ photos }: Dataset, part: 'valid' | 'test'): DataFacts['leaks'] {
  return leaks(photos, part).map(({ train, held }) => ({ train, valid: held }))
}
