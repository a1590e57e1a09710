import type { ClassFacts, DataFacts, Excluded, ReportInput, SizeFacts } from '../input.js'
import { facts, type Html, html, name, path, section, table } from '../markup.js'
import { plural } from '../text.js'

/** Lists of at most this many lines are shown at once; longer ones open on demand. */
const OPEN_LINES = 8

/** What the data set holds and what is odd about it. */
export function dataSection({ data, part = 'validation', evaluation }: ReportInput): Html {
  const oddities = [
    // With figures they have a section of their own.
    ...(data.shortcuts?.rows.some(row => row.stands) ? [] : hints(data)),
    ...faults(data),
    ...leaks(data, part, evaluation.withoutCopies),
    ...copies(data),
    ...excluded(data.unreadable, 'could not be read', 'Neither trained on nor judged.'),
    ...excluded(data.skipped, 'skipped', ''),
  ]
  return section(
    { id: 'data', title: 'The photos it learned from' },
    countTable(data),
    facts([
      ['Folder', path(data.root)],
      ['Parts', name(data.split)],
      ...(data.formats.length > 0
        ? [['Formats', name(data.formats.map(f => `${f.count} ${f.name}`).join(', '))] as const]
        : []),
      ...(data.licences === undefined ? [] : [['Licences', name(data.licences)] as const]),
    ]),
    oddities.length === 0
      ? html`<p class="empty">Nothing odd was found: no exact copies, no unreadable photos.</p>`
      : html`<h3>Oddities</h3>${oddities}`,
  )
}

function countTable({ classes, parts }: DataFacts): Html {
  const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0)
  const withSizes = classes.some(c => c.sizes !== undefined)
  const cellsOf = (c: ClassFacts) => [...c.counts, total(c.counts), ...(withSizes ? sizeCells(c.sizes) : [])]
  return table(
    'Photos by class and part',
    [
      { title: 'Class' },
      ...parts.map(part => ({ title: part, numeric: true })),
      { title: 'all', numeric: true },
      ...(withSizes
        ? ['smallest', 'median size', 'largest'].map(title => ({
            title,
            numeric: true,
            hint: 'Width × height, pixels',
          }))
        : []),
    ],
    [
      ...classes.map(c => ({ cells: [name(c.label), ...cellsOf(c)] })),
      {
        kind: 'total',
        cells: [
          'all',
          ...parts.map((_, p) => total(classes.map(c => c.counts[p]))),
          total(classes.map(c => total(c.counts))),
          ...(withSizes ? ['', '', ''] : []),
        ],
      },
    ],
  )
}

function sizeCells(sizes: SizeFacts | undefined): string[] {
  if (sizes === undefined) return ['–', '–', '–']
  return [sizes.smallest, sizes.median, sizes.largest].map(([width, height]) => `${width} × ${height}`)
}

function faults({ faults: sentences = [] }: DataFacts): Html[] {
  if (sentences.length === 0) return []
  return [
    oddity(
      'What checks of the photos found',
      'Looked for in passing; chiquito doctor looks for more, and shows the photos.',
      sentences.map(sentence => name(sentence)),
    ),
  ]
}

function hints({ hints: sentences }: DataFacts): Html[] {
  if (sentences.length === 0) return []
  return [
    oddity(
      'Possible shortcuts',
      'A model may learn these instead of the subject.',
      sentences.map(sentence => name(sentence)),
    ),
  ]
}

function leaks(
  { leaks: found }: DataFacts,
  part: string,
  withoutCopies: ReportInput['evaluation']['withoutCopies'],
): Html[] {
  if (found.length === 0) return []
  const rest =
    withoutCopies === null || withoutCopies.count === 0
      ? ''
      : ` Without them ${withoutCopies.right} of ${withoutCopies.count} are right.`
  return [
    oddity(
      `${plural(found.length, `${part} photo`)} seen in training`,
      `The same bytes are in the training part, so they say nothing about new photos.${rest}`,
      found.map(
        leak => html`${path(leak.valid)} <span class="same">is the same as</span> ${path(leak.train)}`,
      ),
    ),
  ]
}

function copies({ copies: groups }: DataFacts): Html[] {
  if (groups.length === 0) return []
  return [
    oddity(
      `${plural(groups.length, 'photo')} in more than one file`,
      'Exact copies; they were kept in the same part where the parts were drawn here.',
      groups.map(
        group =>
          html`${group.map((file, i) => html`${i > 0 ? html` <span class="same">=</span> ` : ''}${path(file)}`)}`,
      ),
    ),
  ]
}

function excluded(files: readonly Excluded[], what: string, note: string): Html[] {
  if (files.length === 0) return []
  return [
    oddity(
      `${plural(files.length, 'file')} ${what}`,
      note,
      files.map(file => html`${path(file.path)} ${name(file.reason)}`),
    ),
  ]
}

function oddity(title: string, note: string, lines: readonly Html[]): Html {
  const open = lines.length <= OPEN_LINES
  return html`
<details class="oddity"${open ? ' open' : ''}>
<summary>${title}</summary>
${note ? html`<p>${note}</p>` : ''}
<ul>${lines.map(line => html`<li>${line}</li>`)}</ul>
</details>`
}
