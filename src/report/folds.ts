import type { Interval } from '../evaluate/index.js'
import { htmlDocument } from './document.js'
import { type Html, html, name, section, table } from './markup.js'
import { alignedTable, duration, range, share, shortLabel } from './text.js'

/** Matrices of more classes than this do not fit. */
const MATRIX_CLASSES = 20

/** One fold: what was learnt from the others, measured on it. */
export interface FoldFacts {
  /** As its manifest is called, without the extension: `fold-1`. */
  readonly name: string
  /** Address of its own report, relative to this page. */
  readonly report: string
  readonly train: number
  readonly valid: number
  readonly accuracy: number
  readonly interval: Interval
}

/** A cross-validation, as page and terminal show it. */
export interface FoldsInput {
  readonly labels: readonly string[]
  readonly folds: readonly FoldFacts[]
  /** Over all photos, each measured by the model that had not learnt from its fold. */
  readonly accuracy: number
  readonly interval: Interval
  readonly count: number
  readonly right: number
  /** Deviation of the folds' accuracies. */
  readonly deviation: number
  /** What must be known before the figures are believed, a sentence each. */
  readonly warnings: readonly string[]
  /** Counts [true class][predicted class]. */
  readonly confusion: readonly (readonly number[])[]
  readonly command: string
  readonly seconds: number
}

/** The folds for a terminal, in aligned lines. Ends with a newline. */
export function foldsText(input: FoldsInput): string {
  const rows = input.folds.map(fold => [
    shortLabel(fold.name),
    String(fold.train),
    String(fold.valid),
    share(fold.accuracy),
    range(fold.interval),
  ])
  const warnings = input.warnings.map(warning => `! ${warning}\n`).join('')
  return `${verdict(input)}\n\n${warnings}${warnings === '' ? '' : '\n'}${alignedTable([['fold', 'train', 'valid', 'accuracy', '95 % interval'], ...rows])}\n`
}

function verdict({ accuracy, interval, count, right, deviation, folds }: FoldsInput): string {
  return (
    `${(accuracy * 100).toFixed(1)} % of ${count} photos right (${right}; ${range(interval)}), each measured by a model that ` +
    `had not learnt from its fold. The ${folds.length} folds differ by ${(deviation * 100).toFixed(1)} percentage points (standard deviation).`
  )
}

/** The folds as one HTML file that opens offline, beside the reports that it leads to. */
export function renderFolds(input: FoldsInput): Promise<string> {
  return htmlDocument({
    title: 'Cross-validation · chiquito report',
    headline: html`<header><h1>Cross-validation</h1><p class="lead">${verdict(input)}</p>${beware(input)}</header>`,
    sections: [
      section(
        { id: 'folds', title: 'Folds', lead: 'Each row is a run of its own, with its report.' },
        foldTable(input),
      ),
      ...(input.labels.length > MATRIX_CLASSES
        ? []
        : [section({ id: 'mistakes', title: 'Mistakes', lead: 'Over all folds.' }, confusionTable(input))]),
      section(
        { id: 'repeat', title: 'How to repeat it' },
        html`<pre><code>${name(input.command)}</code></pre><p>${duration(input.seconds)} in all.</p>`,
      ),
    ],
    footer: 'Made by chiquito. This page opens offline; the reports lie in folders beside it.',
    hasPictures: false,
  })
}

function beware({ warnings }: FoldsInput): Html {
  return warnings.length === 0
    ? html``
    : html`<aside class="beware" aria-label="Before you trust it"><h2>Before you trust it</h2><ul>${warnings.map(warning => html`<li>${name(warning)}</li>`)}</ul></aside>`
}

function foldTable({ folds }: FoldsInput): Html {
  return table(
    'What each fold came to',
    [
      { title: 'Fold' },
      { title: 'Learnt from', numeric: true },
      { title: 'Measured on', numeric: true },
      { title: 'Accuracy', numeric: true },
      { title: '95 % interval', numeric: true },
    ],
    folds.map(fold => ({
      cells: [
        html`<a href="${fold.report}">${name(fold.name)}</a>`,
        fold.train,
        fold.valid,
        share(fold.accuracy),
        range(fold.interval),
      ],
    })),
  )
}

function confusionTable({ labels, confusion }: FoldsInput): Html {
  return table(
    'Photos by what they are and what they were taken for',
    [{ title: 'Is' }, ...labels.map(label => ({ title: shortLabel(label), numeric: true }))],
    labels.map((label, row) => ({ cells: [name(label), ...confusion[row]] })),
  )
}
