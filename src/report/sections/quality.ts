import type { Evaluation } from '../../evaluate/index.js'
import type { ReportInput } from '../input.js'
import { type Html, html, name, section, table } from '../markup.js'
import { commonestMistakes, MATRIX_CLASSES } from '../mistakes.js'
import { range, share, shorten, visible } from '../text.js'
import { calibrationBlock } from './calibration.js'

/** More classes than this and the matrix turns its column headings upright. */
const FLAT_HEADINGS = 6

/** Up to this many classes the matrix leaves room for the table beside it. */
const SIDE_BY_SIDE = 3

/** Commonest mistakes that stand for a matrix too large to show. */
const LISTED_MISTAKES = 50

/** Confusion matrix, figures of each class, calibration. */
export function qualitySection({ evaluation, calibration, tta, part = 'validation' }: ReportInput): Html {
  const hasMatrix = evaluation.labels.length <= MATRIX_CLASSES
  return section(
    {
      id: 'figures',
      title: 'What it mixes up',
      lead: hasMatrix
        ? `Each row holds the ${part} photos of one class; the columns are what the model took them for. Green is right, red is not.`
        : `The commonest mistakes on ${part} photos. The whole matrix of ${evaluation.labels.length} classes is in metrics.json.`,
    },
    html`<div class="${evaluation.labels.length <= SIDE_BY_SIDE ? 'pair' : ''}">${
      hasMatrix ? confusionTable(evaluation) : mistakeTable(evaluation)
    }${classTable(evaluation)}</div>`,
    calibrationBlock(evaluation, calibration, tta),
  )
}

function confusionTable({ labels, confusion, perClass }: Evaluation): Html {
  const upright = labels.length > FLAT_HEADINGS ? 'upright' : ''
  return html`
<div class="scroll" role="region" aria-label="Confusion matrix" tabindex="0">
<table class="confusion ${upright}">
<caption>Confusion matrix</caption>
<thead>
<tr><td></td><th scope="colgroup" colspan="${labels.length}" class="over">taken for</th></tr>
<tr><td class="corner">true class</td>${labels.map(label => html`<th scope="col" title="${visible(label)}"><span>${name(shorten(visible(label), 20))}</span></th>`)}</tr>
</thead>
<tbody>${confusion.map(
    (row, truth) =>
      html`<tr><th scope="row" title="${visible(labels[truth])}">${name(shorten(visible(labels[truth]), 40))}</th>${row.map(
        (count, predicted) => cell(count, perClass[truth].support, truth === predicted),
      )}</tr>`,
  )}</tbody>
</table>
</div>`
}

function mistakeTable({ labels, confusion, perClass }: Evaluation): Html {
  const found = commonestMistakes(confusion, LISTED_MISTAKES)
  if (found.length === 0) return html`<p class="empty">No mistakes.</p>`
  return table(
    'Commonest mistakes',
    [
      { title: 'True class' },
      { title: 'Taken for' },
      { title: 'Times', numeric: true },
      { title: 'Of', numeric: true, hint: 'Photos of the true class' },
    ],
    found.map(({ truth, predicted, count }) => ({
      cells: [name(labels[truth]), name(labels[predicted]), count, perClass[truth].support],
    })),
  )
}

function cell(count: number, support: number, right: boolean): Html {
  const part = support === 0 ? 0 : count / support
  const kind = count === 0 ? 'none' : right ? 'right' : 'wrong'
  return html`<td class="cell ${kind}" style="--share:${part.toFixed(3)}"><b>${count}</b>${
    count === 0 ? '' : html`<small>${Math.round(100 * part)} %</small>`
  }</td>`
}

function classTable({ perClass, macro }: Evaluation): Html {
  return table(
    'By class',
    [
      { title: 'Class' },
      { title: 'Photos', numeric: true },
      { title: 'Recall', numeric: true, hint: 'Share of the photos of this class that were recognised' },
      { title: '95 % interval', numeric: true, hint: 'Of the recall' },
      { title: 'Precision', numeric: true, hint: 'Share of the photos taken for this class that are of it' },
      { title: 'F1', numeric: true, hint: 'Harmonic mean of precision and recall' },
      { title: 'ROC AUC', numeric: true, hint: 'Chance that a photo of this class scores above another' },
    ],
    [
      ...perClass.map(c => ({
        cells: [
          name(c.label),
          c.support,
          share(c.recall),
          range(c.recallInterval),
          share(c.precision),
          share(c.f1),
          share(c.auc),
        ],
      })),
      {
        kind: 'total',
        cells: ['mean of classes', '', share(macro.recall), '', share(macro.precision), share(macro.f1), ''],
      },
    ],
  )
}
