import { ChiquitoError } from '../../core/index.js'
import { UnreadablePhoto } from '../../images/index.js'
import {
  PrivateAddressError,
  RedirectError,
  RefusedError,
  TooLargeError,
  TransientError,
} from '../../net/index.js'

/** Why a photo that was found is not collected, and how a table says so. */
export const refusalReasons = {
  licence: 'the licence does not allow what is needed, or does not say so',
  site: 'lies on another site than asked for',
  address: 'the address is none that can be fetched',
  private: 'leads to this machine or a private network (--allow-host HOST:PORT lets a server of yours)',
  robots: "the site's robots.txt asks programs to stay away",
  redirect: 'redirects in a circle, to nowhere or to an unsafe address',
  gone: 'is not there (any more)',
  denied: 'the server refuses it',
  unreached: 'the server cannot be reached, breaks off or is too slow',
  large: 'the file or picture is too large',
  'no-photo': 'is no photo but something else',
  damaged: 'is damaged',
  small: 'is too small to show anything',
  copy: 'is the same file as one collected before',
  'near-copy': 'looks the same as one collected before',
  sure: 'the model is sure of it, so it would teach nothing',
} as const

export type RefusalReason = keyof typeof refusalReasons

/** A photo that is not collected. */
export interface Refused {
  readonly kind: 'refused'
  readonly reason: RefusalReason
  /** What happened, for whoever wants to know. */
  readonly detail: string
  /** Nothing was heard of the server: perhaps the line is down, and the photo is not to blame. */
  readonly isUnreached?: boolean | undefined
}

export function refused(reason: RefusalReason, detail: string = refusalReasons[reason]): Refused {
  return { kind: 'refused', reason, detail, isUnreached: reason === 'unreached' }
}

/** What an error says of the photo that was fetched; throws what is not about it: an interrupt, a mistake of ours. */
export function refusalOf(error: unknown): Refused {
  if (!(error instanceof ChiquitoError) || error.code === 'interrupted') throw error
  return refused(reasonOf(error), error.message)
}

function reasonOf(error: ChiquitoError): RefusalReason {
  if (error instanceof UnreadablePhoto) return error.problem
  if (error instanceof PrivateAddressError) return 'private'
  if (error instanceof RedirectError) return 'redirect'
  if (error instanceof TooLargeError) return 'large'
  if (error instanceof TransientError) return 'unreached'
  if (error instanceof RefusedError) return error.status === 404 || error.status === 410 ? 'gone' : 'denied'
  return error.code === 'usage' ? 'address' : 'unreached'
}
