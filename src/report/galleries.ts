import type { Interpretation, Sample } from '../evaluate/index.js'
import type { Gallery, GalleryPhoto, Picture } from './input.js'

/** The photos that the galleries of an interpretation show, each once: what there must be pictures of. */
export function galleryPhotos(interpretation: Interpretation): number[] {
  const shown = arrange(interpretation).flatMap(gallery => gallery.samples.map(sample => sample.photo))
  return [...new Set(shown)].sort((a, b) => a - b)
}

/** An interpretation as galleries, in the order of the article; `show` gives each photo's picture and path. */
export function galleriesOf(
  interpretation: Interpretation,
  show: (photo: number) => { readonly picture: Picture; readonly path: string },
): Gallery[] {
  return arrange(interpretation).map(({ samples, ...gallery }) => ({
    ...gallery,
    photos: samples.map<GalleryPhoto>(sample => ({
      ...show(sample.photo),
      truth: sample.truth,
      predicted: sample.predicted,
      probability: sample.probability,
    })),
  }))
}

type Arranged = Pick<Gallery, 'kind' | 'label'> & { readonly samples: readonly Sample[] }

function arrange(interpretation: Interpretation): Arranged[] {
  return [
    ...interpretation.mostRight.flatMap<Arranged>((samples, label) => [
      { kind: 'mostRight', label, samples },
      { kind: 'mostWrong', label, samples: interpretation.mostWrong[label] },
    ]),
    { kind: 'mostUncertain', samples: interpretation.mostUncertain },
    { kind: 'randomRight', samples: interpretation.randomRight },
    { kind: 'randomWrong', samples: interpretation.randomWrong },
  ]
}
