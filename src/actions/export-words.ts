import { commandName, plural, shellPath } from '../core/index.js'
import type { Beside, PrecisionFigures } from '../export/index.js'
import { alignedTable, range, share, visible } from '../report/index.js'
import type { ExportOptions, ExportResult } from './export.js'

/** Part of the time of the model given from which on one in 8 bits is not called faster. */
const SLOW = 0.95

/** Changed photos that a terminal names; `--json` has all. */
const shownChanges = 5

/** What a person typed. */
export type AskedExport = Pick<ExportOptions, 'model' | 'out' | 'to' | 'photos' | 'allowChanged'>

/** The result for a terminal. */
export function exportText(result: ExportResult, asked: AskedExport): string {
  const { out, notes, seconds } = result
  return [
    ...verdictLines(result, asked),
    ...tableLines(result),
    ...notes.map(note => `${note}\n`),
    ...(out === null ? [] : [`${result.to === 'huggingface' ? 'folder' : 'model '}  ${out}`]),
    `in ${seconds.toFixed(1)} s`,
    '',
  ].join('\n')
}

function verdictLines(result: ExportResult, asked: AskedExport): string[] {
  const { out, precision, beside, bytes } = result
  if (beside === null)
    return [
      precision === 'as given'
        ? `A folder that transformers and transformers.js open: ${megabytes(bytes.exported)} of weights, as they were given. Its README.md says how.\n`
        : `${precision}: ${megabytes(bytes.exported)}.\n`,
    ]
  const { changed, photos } = beside
  const of = `of ${plural(photos, 'photo')}`
  const what =
    changed.length === 0
      ? `${precision}: no verdict ${of} changes.`
      : `${precision}: ${changed.length} ${of} ${changed.length === 1 ? 'gets' : 'get'} another verdict.`
  const named = changed
    .slice(0, shownChanges)
    .map(
      ({ path, truth, given, exported, probability }) =>
        `  ${visible(path)} (${visible(truth)}): ${visible(given)} at ${probability.toFixed(2)}, now ${visible(exported)}`,
    )
  if (changed.length > shownChanges) named.push(`  … and ${changed.length - shownChanges} more`)
  const refusal = out === null ? refusalLines(beside, result, asked) : []
  return [what, ...named, ...refusal, '']
}

/** Why nothing was written, and what to type to have it all the same. */
function refusalLines(
  { changed, photos }: Beside,
  { precision, allowed }: ExportResult,
  { model, out, to, photos: folder, allowChanged }: AskedExport,
): string[] {
  const rule =
    allowChanged === undefined
      ? `one verdict in 200 may change, so of ${plural(photos, 'photo')} ${allowed === 0 ? 'none' : allowed}`
      : `${allowChanged} may change`
  const command = [
    `${commandName()} export ${shellPath(model)}`,
    ...(to === 'huggingface' ? ['--to huggingface'] : []),
    `--precision ${precision}`,
    ...(folder === undefined ? [] : [`--photos ${shellPath(folder)}`]),
    `--out ${shellPath(out)} --allow-changed ${changed.length}`,
  ]
  return [
    `Nothing was written: ${rule}. Look at ${changed.length === 1 ? 'that photo' : 'those photos'}; to take the model as it is, type`,
    `  ${command.join(' ')}`,
    `or take ${precision === 'int8' ? 'float16' : 'float32'}.`,
  ]
}

function tableLines({ beside, bytes, precision }: ExportResult): string[] {
  if (beside === null) return []
  const { given, exported, timeRatio, neitherChanged } = beside
  const row = (name: string, figures: PrecisionFigures, size: number) => [
    name,
    `${figures.right} of ${beside.photos}`,
    range(figures.interval),
    share(figures.calibration.ece),
    figures.calibration.logLoss.toPrecision(3),
    figures.neither === null ? '–' : String(figures.neither),
    megabytes(size),
    `${figures.milliseconds.toFixed(1)} ms`,
  ]
  const table = alignedTable([
    ['', 'right', '95 % interval', 'ECE', 'log loss', '"neither"', 'size', 'a photo'],
    row('model given', given, bytes.given),
    row(precision, exported, bytes.exported),
  ])
  const neither =
    neitherChanged === null ? '' : ` "Neither" comes or goes on ${plural(neitherChanged, 'photo')}.`
  const slow =
    precision === 'int8' && timeRatio > SLOW
      ? ' So it is no faster here: small networks, and activations that are no ReLU, gain little.'
      : ''
  const whole =
    Math.abs(bytes.float32 - bytes.given) > 1e5
      ? ` The same model with weights of 32 bits is a file of ${megabytes(bytes.float32)}.`
      : ''
  return [
    table,
    '',
    `Probabilities differ by ${beside.largest.toFixed(4)} at most; a photo takes ${timeRatio.toFixed(2)} times as long in onnxruntime-node here.${slow}${neither}${whole}\n`,
  ]
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
