import type { Interval } from '../evaluate/index.js'
import { htmlDocument } from './document.js'
import { html, name, section, table } from './markup.js'
import { alignedTable, duration, list, plural, range, share, shortLabel, visible } from './text.js'

/** A repeated cross-validation, as page and terminal show it. */
export interface RepeatsInput {
  readonly folds: number
  readonly repeats: number
  /** Photos, each measured once a repetition. */
  readonly count: number
  readonly accuracy: number
  readonly interval: Interval
  readonly figures: readonly {
    readonly name: string
    readonly mean: number
    readonly interval: Interval | null
    readonly lowest: number
    readonly highest: number
  }[]
  readonly rounds: readonly {
    readonly name: string
    /** Address of its own report, relative to this page. */
    readonly report: string
    readonly right: number
    readonly accuracy: number
  }[]
  /** What must be known before the figures are believed, a sentence each. */
  readonly warnings: readonly string[]
  readonly command: string
  readonly seconds: number
}

/** What the intervals are, in words. */
const METHOD =
  'Models of two folds learn from mostly the same photos, so the intervals are those of the corrected resampled t test (Nadeau and ' +
  'Bengio 2003), and never narrower than as many photos allow (Wilson).'

/** Why a figure stands without an interval; nothing where each has one. */
function withoutInterval({ figures }: RepeatsInput): string {
  const names = figures.filter(({ interval }) => interval === null).map(({ name: figure }) => visible(figure))
  if (names.length === 0) return ''
  return `No interval for ${list(names)}: one photo may cost more than all others together, so that few folds bear none out.`
}

/** The figures for a terminal, in aligned lines. Ends with a newline. */
export function repeatsText(input: RepeatsInput): string {
  const warnings = input.warnings.map(warning => `! ${warning}\n`).join('')
  const why = withoutInterval(input)
  const rows = input.figures.map(({ name: figure, mean, interval, lowest, highest }) => [
    shortLabel(figure),
    share(mean),
    range(interval),
    share(lowest),
    share(highest),
  ])
  const table = alignedTable([
    ['over all folds', 'mean', '95 % interval', 'lowest fold', 'highest fold'],
    ...rows,
  ])
  return `${verdict(input)}\n\n${warnings}${warnings === '' ? '' : '\n'}${table}\n${why === '' ? '' : `${why}\n`}`
}

function verdict({ accuracy, interval, folds, repeats, count }: RepeatsInput): string {
  const times = repeats === 1 ? '' : `${plural(repeats, 'time')} `
  return (
    `${(accuracy * 100).toFixed(1)} % right (95 % interval ${range(interval)}): ${times}${folds} folds of ${count} photos, each photo ` +
    'measured by a model that had not learnt from its fold.'
  )
}

/** The cross-validation as one HTML file that opens offline, beside the reports that it leads to. */
export function renderRepeats(input: RepeatsInput): Promise<string> {
  const { figures, rounds, warnings, command, seconds, count } = input
  return htmlDocument({
    title: 'Repeated cross-validation · chiquito report',
    headline: html`<header><h1>Repeated cross-validation</h1><p class="lead">${verdict(input)}</p>${
      warnings.length === 0
        ? ''
        : html`<aside class="beware" aria-label="Before you trust it"><h2>Before you trust it</h2><ul>${warnings.map(warning => html`<li>${name(warning)}</li>`)}</ul></aside>`
    }</header>`,
    sections: [
      section(
        { id: 'figures', title: 'Figures', lead: `${METHOD} ${withoutInterval(input)}` },
        table(
          'Over all folds',
          [
            { title: 'Figure' },
            { title: 'Mean', numeric: true },
            { title: '95 % interval', numeric: true },
            { title: 'Lowest fold', numeric: true },
            { title: 'Highest fold', numeric: true },
          ],
          figures.map(one => ({
            cells: [
              name(one.name),
              share(one.mean),
              range(one.interval),
              share(one.lowest),
              share(one.highest),
            ],
          })),
        ),
      ),
      section(
        {
          id: 'rounds',
          title: 'Repetitions',
          lead: 'Each deals the photos otherwise, and has a report of its folds.',
        },
        table(
          'What each repetition came to',
          [{ title: 'Repetition' }, { title: 'Right', numeric: true }, { title: 'Accuracy', numeric: true }],
          rounds.map(one => ({
            cells: [
              html`<a href="${one.report}">${name(one.name)}</a>`,
              `${one.right} of ${count}`,
              share(one.accuracy),
            ],
          })),
        ),
      ),
      section(
        { id: 'repeat', title: 'How to repeat it' },
        html`<pre><code>${name(command)}</code></pre><p>${duration(seconds)} in all.</p>`,
      ),
    ],
    footer: 'Made by chiquito. This page opens offline; the reports lie in folders beside it.',
    hasPictures: false,
  })
}
