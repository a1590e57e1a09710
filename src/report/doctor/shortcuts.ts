import { propertyWords, type Shortcut } from '../../doctor/index.js'
import { type Html, html, name, section, table } from '../markup.js'
import { range, share } from '../text.js'
import type { DoctorPageInput } from './input.js'

/** Rows of the table: the strongest; of many classes each has a row for each property. */
const ROWS = 40

/** What tells the classes apart without the subject. */
export function shortcutsSection({ shortcuts, shortcutWords: words, classes }: DoctorPageInput): Html {
  // What tells one of two classes apart tells the other apart: a column that never differs says nothing.
  const isOfClass = classes.length !== 2
  const sorted = shortcuts.toSorted((a, b) => b.auc - a.auc)
  return section(
    {
      id: 'shortcuts',
      title: 'Shortcuts',
      lead:
        'How well something other than the subject tells a class from the rest. A network takes whatever works, and what ' +
        'works only for these files will not work for new photos. 0.5 tells nothing, 1 tells every photo.',
    },
    words.length === 0
      ? html`<p>Nothing stands out.</p>`
      : html`<ul class="stand">${words.map(({ message, certain }) => html`<li class="${certain ? 'warned' : ''}">${name(message)}</li>`)}</ul>`,
    ...(words.some(({ certain }) => certain)
      ? [
          html`<p>Even the files out (<code>doctor --fix --even-out</code>), or collect the classes in the same way.</p>`,
        ]
      : []),
    table(
      'Area under the ROC curve, cross-validated, with its 95 % interval',
      [
        { title: 'Property' },
        ...(isOfClass ? [{ title: 'Class' }] : []),
        { title: 'AUC', numeric: true },
        { title: '95 % interval', numeric: true },
        { title: '0.5 to 1' },
      ],
      sorted.slice(0, ROWS).map(each => ({
        cells: [
          name(propertyWords(each.property)),
          ...(isOfClass ? [name(each.class)] : []),
          share(each.auc),
          range(each.interval),
          track(each),
        ],
        kind: each.stands ? 'warned' : '',
      })),
    ),
    ...(sorted.length > ROWS ? [html`<p>And ${sorted.length - ROWS} weaker ones.</p>`] : []),
  )
}

/** From 0.5 to 1. */
function track({ auc, interval: [low, high] }: Shortcut): Html {
  const at = (value: number) => `${(200 * (Math.min(1, Math.max(0.5, value)) - 0.5)).toFixed(1)}%`
  const rest = `${(200 * (1 - Math.min(1, Math.max(0.5, high)))).toFixed(1)}%`
  return html`<span class="track" aria-hidden="true"><span class="band" style="left:${at(low)};right:${rest}"></span><span class="dot" style="left:${at(auc)}"></span></span>`
}
