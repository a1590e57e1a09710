import type { Finding } from '../../doctor/index.js'
import type { Picture } from '../input.js'
import { type Html, html, name, path, section, sentence } from '../markup.js'
import { plural, shorten } from '../text.js'
import type { ShownCheck, ShownFinding } from './layout.js'
import { photoFigure } from './photo.js'

/** What one check found: what that means, then the photos, what matters most first. */
export function checkSection(
  { check, count, shown, listed }: ShownCheck,
  pictures: ReadonlyMap<string, Picture>,
): Html {
  const left = count - shown.length - listed.length
  // What helps a single photo is no help where it is how photos are.
  const isStyle = count === 1 && shown[0]?.finding.isStyle === true
  return section(
    { id: check.name, title: `${check.title} (${count})`, lead: check.why },
    ...(isStyle ? [] : [html`<p>${sentence(check.advice)}</p>`]),
    html`<ul class="findings">${shown.map(each => html`<li class="${shape(each)}">${card(each, pictures)}</li>`)}</ul>`,
    ...(listed.length === 0 ? [] : [list(listed, left)]),
    html`<details class="how"><summary>How it is found</summary><p>${sentence(check.finds)}</p>${check.threshold === undefined ? '' : html`<p>${sentence(check.threshold)}</p>`}</details>`,
  )
}

/** How wide a finding is: single photos stand in a row, pairs and groups side by side. */
function shape({ photos }: ShownFinding): string {
  if (photos.length === 0) return 'words'
  if (photos.length === 1) return 'single'
  return photos.length === 2 ? 'pair-of' : 'group-of'
}

function card({ finding, photos }: ShownFinding, pictures: ReadonlyMap<string, Picture>): Html {
  const more = finding.photos.length - photos.length
  return html`
${photos.length === 0 ? '' : html`<div class="side">${photos.map(photo => photoFigure(photo, pictures))}</div>`}
<p class="says">${finding.certain ? html`<span class="badge">certain</span> ` : ''}${name(photos.length === 0 ? finding.message : withShortNames(finding))}${more > 0 ? html` <small>and ${plural(more, 'more photo')}</small>` : ''}</p>`
}

/** File names have at most so many characters in the words below a picture, which has its path already. */
const NAME_LENGTH = 24

/** The message with file names in place of paths. */
function withShortNames({ message, photos }: Finding): string {
  // The longest first: a path may be the beginning of another.
  const longest = photos.toSorted((a, b) => b.length - a.length)
  return longest.reduce(
    (text, photo) => text.replaceAll(photo, shorten(photo.slice(photo.lastIndexOf('/') + 1), NAME_LENGTH)),
    message,
  )
}

/** Those without a picture. */
function list(findings: readonly Finding[], left: number): Html {
  return html`
<details class="oddity">
<summary>${plural(findings.length + left, 'more')}</summary>
<ul>${findings.map(
    finding =>
      html`<li>${finding.photos.slice(0, 2).map((photo, i) => html`${i > 0 ? html` <span class="same">and</span> ` : ''}${path(photo)}`)} ${name(finding.message)}</li>`,
  )}</ul>
${left > 0 ? html`<p>And ${left} more, which <code>--json</code> lists.</p>` : ''}
</details>`
}
