import type { Interval } from '../evaluate/index.js'
import { htmlDocument } from './document.js'
import { html, name, section, table } from './markup.js'
import { alignedTable, duration, plural, range, share, visible } from './text.js'

/** A sweep over ways of training, as page and terminal show it. */
export interface SweepInput {
  readonly photos: number
  readonly folds: number
  readonly seeds: number
  /** The best first. */
  readonly ways: readonly {
    readonly name: string
    readonly trials: number
    readonly accuracy: number
    readonly interval: Interval
    readonly logLoss: number
    readonly tuned: number
    readonly stoppedEarly: boolean
    readonly besideBest: {
      readonly difference: number
      readonly interval: Interval
      readonly lost: number
      readonly won: number
      readonly pValue: number
    } | null
  }[]
  readonly trials: number
  readonly recalled: number
  /** What must be known before the figures are believed, a sentence each. */
  readonly warnings: readonly string[]
  readonly seconds: number
}

/** What the figures are, in words. */
const METHOD =
  'Every photo is measured by models that have not learnt from its fold. Intervals are those of the corrected resampled t test (Nadeau and ' +
  'Bengio 2003), never narrower than as many photos allow. Photos: those that a way has right more often than the best (+), and less often ' +
  '(−). Luck: the chance of a difference as large where neither is better, by those photos (exact sign test; of one repetition McNemar’s).'

/** The same of the columns that do not explain themselves, under the tables of a terminal. */
const COLUMNS =
  'photos  right where the best is wrong (+), wrong where it is right (−)\n' +
  'luck    chance of a difference as large, by those photos, where neither is better\n'

const STOPPED = 'stopped early'

/** Two tables for a terminal, as one with all columns is wider than most. Ends with a newline. */
export function sweepText(input: SweepInput): string {
  const warnings = input.warnings.map(warning => `! ${warning}\n`).join('')
  const own = input.ways.map(way => [visible(way.name), ...ownCells(way), trainingsOf(way)])
  const others = input.ways.filter(way => way.besideBest).map(way => [visible(way.name), ...besideCells(way)])
  const tables = [
    alignedTable([['way of training', ...ownTitles, 'trainings'], ...own]),
    ...(others.length === 0 ? [] : [alignedTable([['way of training', ...besideTitles], ...others])]),
  ]
  const columns = others.length === 0 ? '' : `\n${COLUMNS}`
  return `${verdict(input)}\n\n${warnings}${warnings === '' ? '' : '\n'}${tables.join('\n\n')}\n${columns}`
}

const ownTitles = ['accuracy', '95 % interval', 'log loss']
const besideTitles = ['beside the best', '95 % interval', 'photos', 'luck']
const titles = [...ownTitles, ...besideTitles, 'trainings']

type ShownWay = SweepInput['ways'][number]

function cellsOf(way: ShownWay): string[] {
  return [...ownCells(way), ...besideCells(way), trainingsOf(way)]
}

function ownCells({ accuracy, interval, logLoss }: ShownWay): string[] {
  return [share(accuracy), range(interval), logLoss.toFixed(3)]
}

function besideCells({ besideBest }: ShownWay): string[] {
  return besideBest
    ? [
        signed(besideBest.difference),
        `${signed(besideBest.interval[0])} to ${signed(besideBest.interval[1])}`,
        `+${besideBest.won} −${besideBest.lost}`,
        chance(besideBest.pValue),
      ]
    : ['the best', '', '', '']
}

function trainingsOf({ trials, tuned, stoppedEarly }: ShownWay): string {
  const how = [...(tuned > 0 ? [`${tuned} fine-tuned`] : []), ...(stoppedEarly ? [STOPPED] : [])]
  return how.length === 0 ? String(trials) : `${trials} (${how.join(', ')})`
}

function verdict({ ways, folds, seeds, photos }: SweepInput): string {
  const [best] = ways
  const times = seeds === 1 ? '' : `${plural(seeds, 'time')} `
  return (
    `Best of ${plural(ways.length, 'way')} of training: ${visible(best.name)}, ${(best.accuracy * 100).toFixed(1)} % right ` +
    `(95 % interval ${range(best.interval)}), ${times}${folds} folds of ${plural(photos, 'photo')}.`
  )
}

/** The sweep as one HTML file that opens offline. */
export function renderSweep(input: SweepInput & { readonly command: string }): Promise<string> {
  const { ways, warnings, trials, recalled, seconds, command } = input
  return htmlDocument({
    title: 'Ways of training · chiquito report',
    headline: html`<header><h1>Ways of training</h1><p class="lead">${verdict(input)}</p>${
      warnings.length === 0
        ? ''
        : html`<aside class="beware" aria-label="Before you trust it"><h2>Before you trust it</h2><ul>${warnings.map(warning => html`<li>${name(warning)}</li>`)}</ul></aside>`
    }</header>`,
    sections: [
      section(
        { id: 'figures', title: 'Figures', lead: METHOD },
        table(
          'The best first',
          [{ title: 'Way of training' }, ...titles.map(title => ({ title: capital(title), numeric: true }))],
          ways.map(way => ({ cells: [name(way.name), ...cellsOf(way)] })),
        ),
      ),
      section(
        { id: 'repeat', title: 'How to repeat it' },
        html`<pre><code>${name(command)}</code></pre><p>${plural(trials, 'training')}${
          recalled > 0 ? `, of which ${recalled} were known from before` : ''
        }; ${duration(seconds)} in all.</p>`,
      ),
    ],
    footer: 'Made by chiquito. This page opens offline.',
    hasPictures: false,
  })
}

function signed(value: number): string {
  const text = Math.abs(value).toFixed(3)
  return Number(text) === 0 ? text : `${value < 0 ? '−' : '+'}${text}`
}

function chance(p: number): string {
  return p < 0.001 ? 'under 0.001' : p.toFixed(3)
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
