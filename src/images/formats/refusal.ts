/** Why a file cannot be used, in words that stand after its name: thrown by decoders, which do not know that name. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}

/** What to do about most files that are refused. */
export const CONVERT = 'save it as JPEG or PNG'
