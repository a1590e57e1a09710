import path from 'node:path'
import { loadBackbone } from '../src/backbones/index.js'
import { RandomStream } from '../src/core/index.js'
import { type Dataset, foldsOf, openDataset, type Photo } from '../src/dataset/index.js'
import { type CalibrationFigures, calibrationFigures, tempered } from '../src/evaluate/index.js'
import { cacheFolder } from '../src/files/index.js'
import { FeatureStore } from '../src/run/index.js'
import { type FineTune, type RecipeOptions, recipeNamed } from '../src/train/index.js'
import { before, divided, type FoldAnswers, foldAnswers, plain } from './calibration/one-fold.js'
import { classifiedSets } from './doctor/plants.js'
import { articlePhotos, noArticlePhotos } from './support/process.js'
import type { BenchOptions, BenchResult, TextTable } from './support/result.js'

const folds = 5
const repeats = 3
/** Few photos, and so many of a set at most. */
const few = 100
const most = Number(process.env.CHIQUITO_BENCH_PHOTOS ?? 1000)

/** Probabilities of 32 bits are no more exact. */
const ROUNDING = 1e-6

/** A way, and what it made of all photos of a set, once for each repeat. */
type Figures = ReadonlyMap<string, readonly CalibrationFigures[]>

/**
 * Can probabilities be believed? Five-fold over the article's photos and the sets that `CHIQUITO_BENCH_SETS` names, three times
 * (`--rounds`): every photo is asked of a head that neither learnt from it nor chose by it, learnt from all others or from
 * a hundred of them. Of each way to make probabilities honest the calibration error beside what luck makes of none, and the
 * log loss. `--only fine-tuned` does so with what `auto` fine-tunes, `--only 'all layers'` with all layers fine-tuned.
 */
export async function benchCalibration({
  json,
  rounds = repeats,
  only = '',
}: BenchOptions): Promise<BenchResult> {
  const tell = (text: string) => {
    if (!json) process.stderr.write(`${text}\n`)
  }
  const tables: TextTable[] = []
  const failures: string[] = []
  const article = articlePhotos()
  const sets = [...(article === undefined ? [] : [article]), ...(await classifiedSets())]
  for (const { what, folder, size, tuned } of measurements(sets)) {
    if (!what.includes(only) || (tuned !== 'never' && only === '')) continue
    const figures = await measured(folder, size, tuned, rounds, text => tell(`${what}: ${text}`))
    tables.push(tableOf(what, figures))
    failures.push(...faultsOf(what, figures))
  }
  return {
    name: 'calibration',
    rows: [],
    tables,
    failures,
    skipped: article === undefined ? noArticlePhotos : undefined,
  }
}

interface Measurement {
  readonly what: string
  readonly folder: string
  /** Photos to learn from, at most. */
  readonly size: number
  readonly tuned: FineTune
}

function measurements(sets: readonly string[]): Measurement[] {
  return sets.flatMap(
    folder =>
      [
        { what: `${path.basename(folder)}, from ${few} photos`, folder, size: few, tuned: 'never' },
        {
          what: `${path.basename(folder)}, from all`,
          folder,
          size: Number.POSITIVE_INFINITY,
          tuned: 'never',
        },
        {
          what: `${path.basename(folder)}, fine-tuned`,
          folder,
          size: Number.POSITIVE_INFINITY,
          tuned: 'auto',
        },
        {
          what: `${path.basename(folder)}, all layers`,
          folder,
          size: Number.POSITIVE_INFINITY,
          tuned: 'always',
        },
      ] satisfies Measurement[],
  )
}

async function measured(
  folder: string,
  size: number,
  tuned: FineTune,
  rounds: number,
  tell: (text: string) => void,
): Promise<Figures> {
  const dataset = await openDataset(folder)
  const figures = new Map<string, CalibrationFigures[]>()
  for (let repeat = 0; repeat < rounds; repeat++) {
    const random = RandomStream.fromSeed(repeat).fork('calibration')
    const photos = random.shuffle(dataset.photos).slice(0, most)
    const foldOf = foldsOf(photos, folds, repeat)
    const answers: FoldAnswers[] = []
    for (let fold = 0; fold < folds; fold++) {
      const others = photos.filter((_, i) => foldOf[i] !== fold)
      const asked = photos.filter((_, i) => foldOf[i] === fold)
      const options = await optionsFor(divided(dataset, evenly(others, size), asked))
      const answer = tuned === 'never' ? await foldAnswers(options) : await tunedAnswers(options, tuned)
      answers.push(answer)
      tell(
        `repeat ${repeat + 1}, fold ${fold + 1}: T ${answer.temperature.toFixed(3)}` +
          (answer.ttaTemperature === undefined ? '' : `, of views ${answer.ttaTemperature.toFixed(3)}`),
      )
    }
    const truth = answers.flatMap(answer => answer.truth)
    for (const way of answers[0].ways.keys()) {
      const rows = answers.flatMap(answer => answer.ways.get(way) ?? [])
      figures.set(way, [...(figures.get(way) ?? []), calibrationFigures(truth, rows)])
    }
  }
  return figures
}

/** So many photos, of each class its share, in the order given. */
function evenly(photos: readonly Photo[], size: number): Photo[] {
  if (photos.length <= size) return photos.slice()
  const classes = new Map<number, Photo[]>()
  for (const photo of photos) classes.set(photo.label, [...(classes.get(photo.label) ?? []), photo])
  return [...classes.values()].flatMap(own => own.slice(0, Math.round((own.length * size) / photos.length)))
}

async function optionsFor(dataset: Dataset): Promise<RecipeOptions> {
  const backbone = await loadBackbone('efficientnet-lite0')
  const store = (namespace: string) => FeatureStore.open(path.join(cacheFolder(), 'features'), namespace)
  return { dataset, backbone, seed: 0, store, threads: 2, fineTune: 'never' }
}

/** What the command line's `--fine-tune` makes of it. */
async function tunedAnswers(options: RecipeOptions, fineTune: FineTune): Promise<FoldAnswers> {
  const { classifier, seen, tta } = await recipeNamed('auto').run({ ...options, fineTune })
  const rows = seen.probabilities.map(row => Array.from(row))
  const { temperature = 1 } = classifier
  const ways = new Map([
    [before, tempered(rows, 1 / temperature)],
    [plain, rows],
  ])
  if (tta)
    ways.set(
      '5 views',
      tta.seen.probabilities.map(row => Array.from(row)),
    )
  return { truth: seen.photos.map(photo => photo.label), temperature, ways }
}

function tableOf(what: string, figures: Figures): TextTable {
  const number = (value: number) => value.toFixed(4)
  const lines = Array.from(figures, ([way, repeats]) => {
    const mean = (of: (one: CalibrationFigures) => number) =>
      repeats.reduce((sum, one) => sum + of(one), 0) / repeats.length
    const within = (of: (one: CalibrationFigures) => Pick<CalibrationFigures, 'ece' | 'floor'>) =>
      `${repeats.filter(one => of(one).ece <= of(one).floor.high).length} of ${repeats.length}`
    return [
      way,
      number(mean(one => one.logLoss)),
      number(mean(one => one.brier)),
      number(mean(one => one.ece)),
      number(mean(one => one.floor.median)),
      number(mean(one => one.floor.high)),
      within(one => one),
      number(mean(one => one.equalMass.ece)),
      number(mean(one => one.equalMass.floor.high)),
      within(one => one.equalMass),
    ]
  })
  const heads = [
    '',
    'log loss',
    'Brier',
    'ECE',
    'floor, 50 %',
    '95 %',
    'within',
    'equal mass',
    '95 %',
    'within',
  ]
  const [{ count }] = figures.values().next().value ?? [{ count: 0 }]
  return { title: `${what}: ${count} photos asked`, lines: [heads, ...lines] }
}

function faultsOf(what: string, figures: Figures): string[] {
  const ours = figures.get(plain) ?? []
  const raw = figures.get(before) ?? []
  const mean = (of: readonly CalibrationFigures[]) =>
    of.reduce((sum, one) => sum + one.logLoss, 0) / of.length
  const above = ours.filter(({ ece, floor }) => ece > floor.high)
  return [
    ...(mean(ours) > mean(raw) + ROUNDING
      ? [`${what}: log loss ${mean(ours).toFixed(4)} with the temperature, ${mean(raw).toFixed(4)} without`]
      : []),
    ...above.map(
      ({ ece, floor }) =>
        `${what}: error ${ece.toFixed(4)}, above what luck makes of none (${floor.high.toFixed(4)})`,
    ),
  ]
}
