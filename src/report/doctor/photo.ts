import type { Picture } from '../input.js'
import { type Html, html, name } from '../markup.js'
import { dataUri } from '../picture.js'
import { visible } from '../text.js'

/** A photo as it is, nothing cut off, with its path below. */
export function photoFigure(file: string, pictures: ReadonlyMap<string, Picture>): Html {
  const picture = pictures.get(file)
  const at = file.lastIndexOf('/')
  return html`
<figure class="seen">
${
  picture === undefined
    ? html`<span class="missing">cannot be shown</span>`
    : html`<img src="${dataUri(picture)}" alt="${visible(file)}" decoding="async">`
}
<figcaption title="${visible(file)}"><span class="file">${name(file.slice(at + 1))}</span>${at < 0 ? '' : html`<small class="file">${name(file.slice(0, at))}</small>`}</figcaption>
</figure>`
}
