import type { CheckedData, CheckedPhoto, QuickCheck } from '../check.js'
import type { HeaderFacts, LookFacts } from '../facts/index.js'
import type { Finding } from '../finding.js'

/** What a check says of one photo: what was seen, how much it matters among the others, and whether it is beyond doubt. */
export interface Judged {
  /** Ends the sentence that begins with the photo's name. */
  readonly what: string
  /** Larger first. */
  readonly weight: number
  readonly certain?: boolean | undefined
}

/** What a check says of itself. */
export type CheckText = Omit<QuickCheck, 'depth' | 'run'>

/** A check that judges each photo by itself. */
export function photoCheck(
  text: CheckText,
  judge: (photo: CheckedPhoto, data: CheckedData) => Judged | undefined,
): QuickCheck {
  return {
    ...text,
    depth: 'quick',
    run: data =>
      data.photos.flatMap((photo): Finding[] => {
        const judged = judge(photo, data)
        if (judged === undefined) return []
        const { what, weight, certain = false } = judged
        const message = `"${photo.path}" ${what}.`
        return [{ check: text.name, photos: [photo.path], certain, message, weight }]
      }),
  }
}

/** A check of what photos look like; those that cannot be decoded are not judged. */
export function lookCheck(
  text: CheckText,
  judge: (looks: LookFacts, header: HeaderFacts) => Judged | undefined,
): QuickCheck {
  return photoCheck(text, ({ facts: { looks, header } }) =>
    looks && header ? judge(looks, header) : undefined,
  )
}
