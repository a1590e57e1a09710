import type { Said } from '../../core/index.js'
import type { CheckedData, CheckedPhoto, QuickCheck } from '../check.js'
import type { HeaderFacts, LookFacts, PhotoFacts } from '../facts/index.js'
import type { Finding } from '../finding.js'
import { withStyle } from './style.js'

/** What a check says of one photo: what was seen, how much it matters among the others, and whether it is beyond doubt. */
export interface Judged {
  /** Ends the sentence that begins with the photo's name. */
  readonly what: string
  /** The same as a code. */
  readonly said: Said
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
        const { what, said, weight, certain = false } = judged
        const message = `"${photo.path}" ${what}.`
        return [{ check: text.name, photos: [photo.path], certain, message, said, weight }]
      }),
  }
}

/** A check of photos' form or look also says how several of them are: `are dark`. */
export type LookText = CheckText & { readonly are: string }

/** A check of what each photo's form is, as its header tells: what a large part of them has is their style, and told once. */
export function formCheck(
  { are, ...text }: LookText,
  judge: (header: HeaderFacts, problem: PhotoFacts['problem']) => Judged | undefined,
): QuickCheck {
  const check = photoCheck(text, ({ facts: { header, problem } }) =>
    header ? judge(header, problem) : undefined,
  )
  return styled(check, are, ({ facts: { header } }) => header !== null)
}

/** The same of what each looks like; those that cannot be decoded are not judged. */
export function lookCheck(
  { are, ...text }: LookText,
  judge: (looks: LookFacts) => Judged | undefined,
): QuickCheck {
  const check = photoCheck(text, ({ facts: { looks } }) => (looks ? judge(looks) : undefined))
  return styled(check, are, ({ facts: { looks } }) => looks !== null)
}

function styled(check: QuickCheck, are: string, isJudged: (photo: CheckedPhoto) => boolean): QuickCheck {
  return {
    ...check,
    run: async (data, work) =>
      withStyle(data, data.photos.filter(isJudged), await check.run(data, work), are),
  }
}
