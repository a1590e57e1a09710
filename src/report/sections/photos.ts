import { probabilityText } from '../../core/index.js'
import { GALLERY_CLASSES } from '../galleries.js'
import type { Gallery, GalleryKind, GalleryPhoto, ReportInput } from '../input.js'
import { type Html, html, name, section } from '../markup.js'
import { dataUri } from '../picture.js'
import { shorten, visible } from '../text.js'

/** Heading of a gallery and what to say when it is empty; `label` is the gallery's class. */
const WORDS: Readonly<
  Record<GalleryKind, { title: (label: string) => string; empty: (label: string) => string }>
> = {
  mostRight: {
    title: label => (label ? `Surest right: ${label}` : 'Surest right'),
    empty: label => (label ? `None: no photo of ${label} was recognised.` : 'None.'),
  },
  mostWrong: {
    title: label => (label ? `Worst mistakes: ${label}` : 'Worst mistakes'),
    empty: label =>
      label ? `None: every photo of ${label} was recognised.` : 'None: every photo was recognised.',
  },
  mostUncertain: { title: () => 'Least sure', empty: () => 'None.' },
  randomRight: { title: () => 'Right ones, drawn at random', empty: () => 'None: every answer was wrong.' },
  randomWrong: { title: () => 'Wrong ones, drawn at random', empty: () => 'None: every answer was right.' },
}

/** What the second picture of a photo is. */
const HEAT =
  ' The grey picture under a mistake, or under one it was least sure of, tells why: what spoke for the answer is blue, what spoke against it ' +
  'orange (Grad-CAM). It shows where the network looked, not that it understood.'

/** A class's name in a heading has at most so many characters; below its photos it stands whole. */
const HEADING_LABEL = 60

/** The galleries: the photos behind the figures. */
export function photosSection({ galleries, evaluation, part = 'validation' }: ReportInput): Html {
  return section(
    {
      id: 'photos',
      title: 'What it sees',
      lead:
        `The ${part} photos behind the figures. Below each: what the model took it for and with which probability.` +
        whichClasses(galleries, evaluation.labels.length) +
        (galleries.some(({ photos }) => photos.some(({ heat }) => heat !== undefined)) ? HEAT : ''),
    },
    html`<div class="galleries">${galleries.map(gallery => block(gallery, evaluation.labels))}</div>`,
  )
}

/** Which of many classes have galleries of their own. */
function whichClasses(galleries: readonly Gallery[], classes: number): string {
  if (classes <= GALLERY_CLASSES) return ''
  const shown = new Set(galleries.flatMap(({ label }) => (label === undefined ? [] : [label]))).size
  if (shown === 0) return ` None of the ${classes} classes has a mistake.`
  const which = shown < GALLERY_CLASSES ? 'with mistakes' : 'with the worst mistakes'
  return ` Of ${classes} classes the ${shown} ${which} are shown.`
}

function block({ kind, label, photos }: Gallery, labels: readonly string[]): Html {
  const words = WORDS[kind]
  const shown = label === undefined ? '' : shorten(visible(labels[label]), HEADING_LABEL)
  return html`
<div class="gallery">
<h3>${words.title(shown)}</h3>
${
  photos.length === 0
    ? html`<p class="empty">${words.empty(shown)}</p>`
    : html`<ul>${photos.map(photo => html`<li>${card(photo, labels)}</li>`)}</ul>`
}
</div>`
}

function card(photo: GalleryPhoto, labels: readonly string[]): Html {
  const right = photo.truth === photo.predicted
  const file = photo.path.slice(photo.path.lastIndexOf('/') + 1)
  const alt = `${file}: ${labels[photo.truth]}, taken for ${labels[photo.predicted]}`
  return html`
<figure class="photo ${right ? 'right' : 'wrong'}">
<img src="${dataUri(photo.picture)}" alt="${visible(alt)}">
${photo.heat === undefined ? '' : html`<img class="heat" src="${dataUri(photo.heat)}" alt="${visible(`what spoke for ${labels[photo.predicted]} (blue) and against it (orange)`)}">`}
<figcaption>
<span class="answer"><span class="mark" aria-hidden="true">${right ? '✓' : '✗'}</span><span class="label" title="${visible(labels[photo.predicted])}">${name(labels[photo.predicted])}</span> <b>${probabilityText(photo.probability)}</b></span>
<span class="level" aria-hidden="true"><i style="width:${(100 * photo.probability).toFixed(1)}%"></i></span>
${right ? '' : html`<span class="truth">is ${name(labels[photo.truth])}</span>`}
<span class="file" title="${visible(photo.path)}">${name(file)}</span>
</figcaption>
</figure>`
}
