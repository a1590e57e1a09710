import type { Interpretation, Sample } from '../evaluate/index.js'
import type { Gallery, GalleryKind, GalleryPhoto } from './input.js'

/** The photos that the galleries of an interpretation show, each once: what there must be pictures of. */
export function galleryPhotos(interpretation: Interpretation): number[] {
  const shown = arrange(interpretation).flatMap(gallery => gallery.samples.map(sample => sample.photo))
  return [...new Set(shown)].sort((a, b) => a - b)
}

/** Kinds of galleries whose photos are explained: where it is asked why. */
const explained: ReadonlySet<GalleryKind> = new Set(['mostWrong', 'mostUncertain'])

/** The photos of those galleries, each once: what there may be heat maps of. */
export function explainedPhotos(interpretation: Interpretation): number[] {
  const asked = arrange(interpretation).filter(({ kind }) => explained.has(kind))
  return [...new Set(asked.flatMap(({ samples }) => samples.map(({ photo }) => photo)))].sort((a, b) => a - b)
}

/** An interpretation as galleries, in the order of the article; `show` gives each photo's picture and path, and its heat map where there is one. */
export function galleriesOf(
  interpretation: Interpretation,
  show: (photo: number) => Pick<GalleryPhoto, 'picture' | 'path' | 'heat'>,
): Gallery[] {
  return arrange(interpretation).map(({ samples, ...gallery }) => ({
    ...gallery,
    photos: samples.map<GalleryPhoto>(sample => {
      const { heat, ...shown } = show(sample.photo)
      return {
        ...shown,
        ...(explained.has(gallery.kind) && heat !== undefined ? { heat } : {}),
        truth: sample.truth,
        predicted: sample.predicted,
        probability: sample.probability,
      }
    }),
  }))
}

type Arranged = Pick<Gallery, 'kind' | 'label'> & { readonly samples: readonly Sample[] }

/** Classes that have galleries of their own; a page with more pictures is too large to open. */
export const GALLERY_CLASSES = 20

function arrange(interpretation: Interpretation): Arranged[] {
  const { mostRight, mostWrong } = interpretation
  return [
    ...shownClasses(mostWrong).flatMap<Arranged>(label => [
      { kind: 'mostRight', label, samples: mostRight[label] },
      { kind: 'mostWrong', label, samples: mostWrong[label] },
    ]),
    { kind: 'mostUncertain', samples: interpretation.mostUncertain },
    { kind: 'randomRight', samples: interpretation.randomRight },
    { kind: 'randomWrong', samples: interpretation.randomWrong },
  ]
}

/** All classes where they are few, else those with mistakes, the worst of them where there are many. */
function shownClasses(mostWrong: Interpretation['mostWrong']): number[] {
  const labels = [...mostWrong.keys()]
  if (labels.length <= GALLERY_CLASSES) return labels
  const worst = (label: number) => mostWrong[label][0]?.loss ?? 0
  return labels
    .filter(label => mostWrong[label].length > 0)
    .sort((a, b) => worst(b) - worst(a))
    .slice(0, GALLERY_CLASSES)
    .sort((a, b) => a - b)
}
