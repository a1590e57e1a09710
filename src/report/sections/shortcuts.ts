import type { ReportInput } from '../input.js'
import { type Html, html, name, section, table } from '../markup.js'
import { range, share } from '../text.js'

/** The strongest: of many classes each has a row for each property. */
const ROWS = 20

export function hasShortcuts({ data }: ReportInput): boolean {
  return (data.shortcuts?.rows.length ?? 0) > 0
}

/** How well the files alone tell the classes apart. */
export function shortcutsSection({ data }: ReportInput): Html {
  const { rows = [], notes = [] } = data.shortcuts ?? {}
  const warnings = rows.some(row => row.stands) ? [...data.hints, ...notes] : []
  return section(
    {
      id: 'shortcuts',
      title: 'Shortcuts',
      lead:
        'How well the classes can be told apart by their files alone, without any picture: 0.5 is guessing, 1 is certainty. What tells ' +
        'them apart here, the model may have learnt instead of the subject.',
    },
    warnings.length === 0
      ? html`<p>None stands out.</p>`
      : html`<ul>${warnings.map(sentence => html`<li>${name(sentence)}</li>`)}</ul>
<p>Take photos of all classes from the same sources, or even the files out with <code>chiquito doctor PHOTOS --fix --even-out</code>, and train again.</p>`,
    table(
      'Area under the ROC curve, cross-validated',
      [
        { title: 'Property' },
        { title: 'Class' },
        { title: 'AUC', numeric: true },
        { title: '95 % interval', numeric: true },
      ],
      rows.slice(0, ROWS).map(row => ({
        cells: [name(row.property), name(row.label), share(row.auc), range(row.interval)],
        kind: row.stands ? 'warned' : '',
      })),
    ),
    ...(rows.length > ROWS ? [html`<p>And ${rows.length - ROWS} weaker ones.</p>`] : []),
  )
}
