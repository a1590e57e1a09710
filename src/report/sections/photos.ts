import { GALLERY_CLASSES } from '../galleries.js'
import type { Gallery, GalleryKind, GalleryPhoto, ReportInput } from '../input.js'
import { type Html, html, name, section } from '../markup.js'
import { dataUri } from '../picture.js'
import { probability, visible } from '../text.js'

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

/** The galleries: the photos behind the figures. */
export function photosSection({ galleries, evaluation, part = 'validation' }: ReportInput): Html {
  return section(
    {
      id: 'photos',
      title: 'What it sees',
      lead:
        `The ${part} photos behind the figures. Below each: what the model took it for and with which probability.` +
        (evaluation.labels.length > GALLERY_CLASSES
          ? ` Of ${evaluation.labels.length} classes the ${GALLERY_CLASSES} with the worst mistakes are shown.`
          : ''),
    },
    html`<div class="galleries">${galleries.map(gallery => block(gallery, evaluation.labels))}</div>`,
  )
}

function block({ kind, label, photos }: Gallery, labels: readonly string[]): Html {
  const words = WORDS[kind]
  const shown = label === undefined ? '' : visible(labels[label])
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
<figcaption>
<span class="answer"><span class="mark" aria-hidden="true">${right ? '✓' : '✗'}</span><span class="label" title="${visible(labels[photo.predicted])}">${name(labels[photo.predicted])}</span> <b>${probability(photo.probability)}</b></span>
<span class="level" aria-hidden="true"><i style="width:${(100 * photo.probability).toFixed(1)}%"></i></span>
${right ? '' : html`<span class="truth">is ${name(labels[photo.truth])}</span>`}
<span class="file" title="${visible(photo.path)}">${name(file)}</span>
</figcaption>
</figure>`
}
