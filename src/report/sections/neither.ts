import type { AbstentionFigures } from '../../evaluate/index.js'
import { answeredText, coverageText, foreignText } from '../answered.js'
import { backgroundText } from '../background.js'
import type { ReportInput } from '../input.js'
import { type Html, html, name, section, table } from '../markup.js'
import { range, share, visible } from '../text.js'

export function hasAbstention({ abstention }: ReportInput): boolean {
  return abstention !== undefined
}

/** When the model says "neither", and what that is worth. */
export function neitherSection({ abstention = {}, part = 'validation' }: ReportInput): Html {
  const { figures, method, coverage, why, background } = abstention
  const on = abstention.part ?? part
  return section(
    {
      id: 'neither',
      title: 'What it does not know',
      lead:
        why === undefined
          ? 'A photo that is like none of the photos learnt from is answered with "neither", however sure of a label the model is.'
          : 'This model takes whatever a photo shows for one of its labels, and may be very sure of it.',
    },
    why === undefined
      ? html`<p>${coverageText(coverage)}${visible(method ?? '')} ${foreignText}</p>`
      : html`<p>${name(why)}</p>`,
    ...(background
      ? [
          html`<p>${backgroundText(background)} That holds for things like these; photos of yet other things may be turned away less often.</p>`,
        ]
      : []),
    ...(figures
      ? [answeredBlock(figures, on), coverageTable(figures)]
      : why === undefined
        ? [
            html`<p class="empty">No photos are left to measure that by: the ${on} photos set the threshold.</p>`,
          ]
        : []),
  )
}

function answeredBlock(figures: AbstentionFigures, part: string): Html {
  const { accuracy, interval } = figures.answered
  return html`<p>${answeredText(figures, part)} Accuracy on those: ${share(accuracy)}${interval ? ` (${range(interval)})` : ''}.</p>`
}

function coverageTable({ perClass, coverage, interval, count, abstained }: AbstentionFigures): Html {
  return table(
    'Photos answered',
    [
      { title: 'Class' },
      { title: 'Photos', numeric: true },
      { title: '"Neither"', numeric: true, hint: 'Photos of the class that are not answered' },
      { title: 'Coverage', numeric: true, hint: 'Share of the photos that is answered' },
      { title: '95 % interval', numeric: true },
    ],
    [
      ...perClass.map(c => ({
        cells: [name(c.label), c.count, c.abstained, share(c.coverage), c.interval ? range(c.interval) : '–'],
      })),
      { kind: 'total', cells: ['all', count, abstained, share(coverage), range(interval)] },
    ],
  )
}
