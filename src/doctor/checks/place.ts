import { type Said, said } from '../../core/index.js'
import { photoCheck } from './photo-check.js'

/** Names told in a sentence. */
const NAMED = 2

/** Photos that tell where they were taken, and by whom. */
export const place = photoCheck(
  {
    name: 'place',
    title: 'Places and names',
    finds:
      'Photos whose EXIF or XMP data tell where they were taken, or name people: photographer, owner, holder of rights.',
    why:
      'Whoever is given the photos is given that, too: where somebody lives, or who took them. No model learns it, as pixels ' +
      'alone are looked at.',
    advice:
      'Take such data out before you pass photos on, but keep what a licence says must be named. `--even-out` writes photos ' +
      'without it, where EXIF or profiles tell the classes apart.',
  },
  ({ facts: { header } }) => {
    if (header === null) return undefined
    const { hasPlace } = header
    // Cameras fill the field with dots and spaces.
    const names = header.names.filter(name => /[\p{L}\p{N}]/u.test(name))
    if (!hasPlace && names.length === 0) return undefined
    const more = names.length > NAMED ? ', …' : ''
    const named =
      names.length > 0
        ? `names ${names
            .slice(0, NAMED)
            .map(name => `"${name}"`)
            .join(', ')}${more}`
        : ''
    return {
      what: [hasPlace ? 'tells where it was taken' : '', named].filter(Boolean).join(' and '),
      said: placed(hasPlace, names),
      weight: hasPlace ? 1 : 0,
    }
  },
)

function placed(hasPlace: boolean, names: readonly string[]): Said {
  const [first, ...more] = names
  if (first === undefined) return said('place')
  return said(hasPlace ? 'place-and-names' : 'names', first, more.length)
}
