import { html, raw } from 'hono/html'
import { visible } from './text.js'

export { html, raw }

/** A piece of page in which every outside string is already escaped. */
export type Html = ReturnType<typeof html>

export interface SectionWords {
  readonly id: string
  readonly title: string
  /** What the section shows, in a sentence or two. */
  readonly lead?: string | undefined
}

/** A part of the page with its heading. */
export function section({ id, title, lead }: SectionWords, ...body: readonly Html[]): Html {
  return html`
<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${lead === undefined ? '' : html`<p class="lead">${lead}</p>`}
${body}
</section>`
}

/** A chart with words below it. The SVG comes from our own chart code, which escapes what it is given. */
export function chart(svg: string, words: string | undefined = undefined): Html {
  return html`<figure class="chart">${raw(svg)}${words === undefined ? '' : html`<figcaption>${words}</figcaption>`}</figure>`
}

/** Outside text: made visible, escaped, and isolated from the direction of the text around it. */
export function name(text: string): Html {
  return html`<bdi>${visible(text)}</bdi>`
}

/** A path: as `name`, in the type of paths. */
export function path(text: string): Html {
  return html`<code class="path"><bdi>${visible(text)}</bdi></code>`
}

/** Our own sentence, in which commands and options stand between backticks. */
export function sentence(text: string): Html {
  return html`${text.split('`').map((part, i) => (i % 2 === 1 ? html`<code>${visible(part)}</code>` : visible(part)))}`
}

export interface Column {
  readonly title: string
  /** Numbers are set right, text left. */
  readonly numeric?: boolean
  /** What the column means, shown when pointed at. */
  readonly hint?: string
}

/** A table that scrolls sideways where it must. The first cell of a row is its heading. */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly { readonly cells: readonly (Html | string | number)[]; readonly kind?: string }[],
): Html {
  const style = (c: number) => (columns[c].numeric ? 'number' : 'text')
  return html`
<div class="scroll" role="region" aria-label="${caption}" tabindex="0">
<table>
<caption>${caption}</caption>
<thead><tr>${columns.map(
    (column, c) =>
      html`<th scope="col" class="${style(c)}" title="${column.hint ?? ''}">${column.title}</th>`,
  )}</tr></thead>
<tbody>${rows.map(
    row =>
      html`<tr class="${row.kind ?? ''}">${row.cells.map((cell, c) =>
        c === 0
          ? html`<th scope="row" class="${style(c)}">${cell}</th>`
          : html`<td class="${style(c)}">${cell}</td>`,
      )}</tr>`,
  )}</tbody>
</table>
</div>`
}

/** Names and their values. */
export function facts(pairs: readonly (readonly [name: string, value: Html | string | number])[]): Html {
  return html`<dl class="facts">${pairs.map(
    ([key, value]) => html`<div><dt>${key}</dt><dd>${value}</dd></div>`,
  )}</dl>`
}
