import { addAbortSignal } from 'node:stream'
import type { Command } from '@commander-js/extra-typings'
import type { PredictOutResult } from '../../actions/predict-out.js'
import { ChiquitoError, plural, probabilityText, throwIfAborted } from '../../core/index.js'
import { integer } from '../options.js'
import { type Outcome, oneLine } from '../output.js'
import { addExamples } from '../program.js'
import type { Shell, Work } from '../shell.js'
import { addDeviceOptions, queueOption, several, storeOption } from './shared.js'

/** The largest photo read from standard input. */
const maxInputBytes = 256 * 1024 * 1024

/** Photos that are not judged and need no summary beside their own lines. */
const fewBad = 3

/** `chiquito predict`: a verdict a photo. */
export function registerPredict(program: Command, shell: Shell): void {
  const command = addDeviceOptions(
    program
      .command('predict')
      .description('say what photos show')
      .argument('<model>', 'a model.onnx, or the folder of a run')
      .argument(
        '[photos...]',
        'photos, folders of photos, or - for one photo on standard input; with --out also lists of photos (.txt, .csv, .jsonl), - for one',
      )
      .option(
        '--tta <views>',
        'augmented views beside the plain photo, averaged (0)',
        integer('--tta', { min: 0, max: 32 }),
      )
      .option(
        '--explain <folder>',
        'draw what spoke for the label of each photo and what against: a PNG a photo, into a new folder or one of such pictures',
      )
      .option('--follow-links', 'follow links that lead out of a folder')
      .option(
        '--out <file>',
        'for any number of photos: write a row for each to a .jsonl or .parquet file; cut off, the same command goes on',
      )
      .option(
        '--list <file>',
        'with --out: a list with the path of a photo a line (may be repeated)',
        several,
      )
      .option('--overwrite', 'with --out: replace what is there')
      .option(...queueOption)
      .option(...storeOption),
  ).action((model, photos, { out, list, overwrite, queue, store, ...options }) =>
    shell.run(async work => {
      if (out !== undefined)
        return predictedOut(work, {
          ...{ ...options, model, paths: photos, out, lists: list, overwrite, queue, store },
        })
      refuseWithoutOut({ list, overwrite, queue, store, photos })
      const { predict } = await import('../../actions/predict.js')
      const piped = photos.includes('-') ? { path: '-', bytes: await standardInput(work.signal) } : '-'
      const paths = photos.map(photo => (photo === '-' ? piped : photo))
      const result = await predict({ ...options, ...work, model, paths })
      const { displayWidth, lostPhotos, shortLabel } = await import('../../report/index.js')
      const shown = (label: string, abstained: boolean) => (abstained ? 'neither' : shortLabel(label))
      const width = result.predictions.reduce(
        (most, { label, abstained }) => Math.max(most, displayWidth(shown(label, abstained))),
        result.labels.reduce((most, label) => Math.max(most, displayWidth(shortLabel(label))), 0),
      )
      const lines = result.predictions.map(({ path, label, probabilities, abstained, explanation }) => {
        const sure = probabilityText(Math.max(...probabilities)).padStart(7)
        const name = shown(label, abstained)
        const columns = `${name}${' '.repeat(width - displayWidth(name))}  `
        const why = explanation ? `  why: ${oneLine(explanation.path)}` : ''
        return abstained
          ? `${columns}      –  ${oneLine(path)} (its likeliest label: ${shortLabel(label)}, ${sure.trim()})${why}`
          : `${columns}${sure}  ${oneLine(path)}${why}`
      })
      const bad = result.unreadable.map(
        ({ path, reason }) => `not judged: ${oneLine(path)}: ${oneLine(reason)}`,
      )
      // A few stand there anyway; many need a sentence.
      const lost =
        bad.length > fewBad
          ? lostPhotos(result.unreadable, result.predictions.length + bad.length)
          : undefined
      const failed = result.predictions.length === 0
      return {
        json: result,
        text: [...lines, ...bad, ...(lost === undefined ? [] : [`! ${lost}`])].join('\n'),
        failed,
      }
    }),
  )
  addExamples(command, [
    'chiquito predict runs/first photo.jpg',
    'chiquito predict model.onnx holiday/ --json',
    'chiquito predict runs/first holiday/ --explain why',
    'chiquito predict runs/first archive/ --out verdicts.parquet',
    'find /archive -name "*.jpg" | chiquito predict runs/first - --out verdicts.jsonl',
    'curl -s https://example.org/photo.jpg | chiquito predict runs/first -',
  ])
}

interface OutOptions {
  readonly model: string
  readonly paths: readonly string[]
  readonly out: string
  readonly lists: readonly string[] | undefined
  readonly overwrite: true | undefined
  readonly queue?: string | undefined
  readonly store?: string | undefined
  readonly explain?: string | undefined
}

/** Rows in a file, whatever their number; what they come to is shown. */
async function predictedOut(work: Work, { explain, ...options }: OutOptions): Promise<Outcome> {
  if (explain !== undefined)
    throw new ChiquitoError(
      'usage',
      '--explain draws a picture a photo, so it is not for --out. Leave one of them out.',
    )
  const { predictOut } = await import('../../actions/predict-out.js')
  const isPiped = [...options.paths, ...(options.lists ?? [])].includes('-')
  const input = isPiped ? addAbortSignal(work.signal, process.stdin) : undefined
  const result = await predictOut({ ...options, ...work, input })
  const { lostPhotos, shortLabel } = await import('../../report/index.js')
  const counts = result.labels.map(label => [shortLabel(label), result.counts[label]] as const)
  const lines = [...counts, ...(result.threshold === null ? [] : [['neither', result.abstained] as const])]
    .filter(([, count], i) => count > 0 || i < FEW_LABELS)
    .map(([label, count]) => `${String(count).padStart(12)}  ${label}`)
  const lost = lostPhotos(result.firstUnreadable, result.photos)
  return {
    json: result,
    text: [heading(result), ...lines, ...lostLines(result, lost)].join('\n'),
    failed: result.unreadable === result.photos,
  }
}

/** As many labels are named also where no photo shows them. */
const FEW_LABELS = 10

function heading({ photos, recalled, seconds, out }: PredictOutResult): string {
  const pace = Math.round((photos - recalled) / Math.max(seconds, 1e-3))
  const before = recalled > 0 ? `, ${recalled} of them before` : ''
  return `${plural(photos, 'row')} in ${oneLine(out)}${before} (${seconds.toFixed(1)} s, ${plural(pace, 'photo')} a second)`
}

function lostLines(
  { unreadable, photos, firstUnreadable }: PredictOutResult,
  lost: string | undefined,
): string[] {
  if (lost === undefined) return []
  if (unreadable === firstUnreadable.length) return [`! ${lost}`]
  const first = lost.replace(/^.* could not be used: /, 'Of the first ones: ')
  return [`! ${unreadable} of ${plural(photos, 'photo')} could not be judged; their rows say why. ${first}`]
}

/** What means nothing where verdicts are printed. */
function refuseWithoutOut(given: {
  readonly list: readonly string[] | undefined
  readonly overwrite: true | undefined
  readonly queue: string | undefined
  readonly store: string | undefined
  readonly photos: readonly string[]
}): void {
  const { list, overwrite, queue, store } = given
  const [option] = Object.entries({
    '--list': list,
    '--overwrite': overwrite,
    '--queue': queue,
    '--store': store,
  }).find(([, value]) => value !== undefined) ?? [undefined]
  if (option !== undefined)
    throw new ChiquitoError(
      'usage',
      `${option} goes with --out, the file for the rows, such as --out verdicts.jsonl.`,
    )
  if (given.photos.length === 0)
    throw new ChiquitoError(
      'usage',
      'There is no photo to judge. Give files, folders, or - for standard input.',
    )
}

/** All of standard input. Whoever waits for it in vain can stop: nothing else would notice the signal. */
async function standardInput(signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of addAbortSignal(signal, process.stdin)) {
      const bytes = Buffer.from(chunk)
      size += bytes.length
      if (size > maxInputBytes)
        throw new ChiquitoError(
          'image',
          `Standard input holds more than ${maxInputBytes} bytes. Give one photo.`,
        )
      chunks.push(bytes)
    }
  } catch (error) {
    throwIfAborted(signal)
    throw error
  }
  return Buffer.concat(chunks)
}
