import { ChiquitoError } from '../../core/index.js'
import { hostAndPort } from '../../net/index.js'
import type { Album, Candidate } from '../album/index.js'
import { type Refused, refused } from '../downloader/index.js'
import { allows, type Query } from '../sources/index.js'
import type { Tally } from './tally.js'

/**
 * Photos in a row whose servers cannot be reached: that many dead ones hardly stand together, so it is the line that is
 * down, and none of them is to blame.
 */
const MAX_UNREACHED = 25

/** Decides about photos, one after the other in the order of finding. */
export class Judge {
  /** Photos in a row that could not be reached: about them nothing is decided yet. */
  private unreached: { readonly candidate: Candidate; readonly refused: Refused }[] = []

  constructor(
    private readonly album: Album,
    private readonly tally: Tally,
  ) {}

  /** @throws `io` where nothing can be reached, and of the disk */
  async settle(candidate: Candidate, result: 'arrived' | Refused): Promise<void> {
    if (result !== 'arrived' && result.isUnreached && !candidate.wasUnreached) {
      this.unreached.push({ candidate, refused: result })
      if (this.unreached.length >= MAX_UNREACHED) this.giveUp(result)
      return
    }
    await this.end()
    if (result === 'arrived') await this.keep(candidate)
    else await this.refuse(candidate, result)
  }

  /** Something was reached after them, or nothing comes any more: they are refused for themselves. */
  async end(): Promise<void> {
    const held = this.unreached
    this.unreached = []
    for (const one of held) await this.refuse(one.candidate, one.refused)
  }

  private async keep(candidate: Candidate): Promise<void> {
    await this.album.keep(candidate)
    if (candidate.reason === undefined) this.tally.kept(candidate.source)
    else this.tally.refused(candidate.source, candidate.reason)
  }

  private async refuse(candidate: Candidate, refusal: Refused): Promise<void> {
    if (candidate.state !== 'refused') await this.album.refuse(candidate, refusal)
    this.tally.refused(candidate.source, refusal.reason)
  }

  private giveUp({ detail }: Refused): never {
    for (const { candidate } of this.unreached) this.album.postpone(candidate)
    throw new ChiquitoError(
      'io',
      `${MAX_UNREACHED} photos in a row could not be reached; the last one: ${detail} Is the connection down? Nothing is ` +
        'lost: the same command goes on where this one stopped.',
    )
  }
}

/**
 * Whether it is still to be found out what a photo is: also of one that was refused for its private server, where the
 * person has allowed that since.
 *
 * @param allowedHosts - private servers, `host:port`
 */
export function isUndecided(
  { state, reason, found: { address } }: Candidate,
  allowedHosts: ReadonlySet<string> | undefined,
): boolean {
  if (state === 'open' || state === 'arrived') return true
  if (state !== 'refused' || reason !== 'private' || !URL.canParse(address)) return false
  return allowedHosts?.has(hostAndPort(new URL(address))) ?? false
}

/** Why a photo need not be fetched at all. */
export function refusedUnseen(
  { found }: Candidate,
  { needs, site }: Omit<Query, 'wanted'>,
): Refused | undefined {
  if (!allows(found.licence, needs)) return refused('licence')
  return site === undefined || isOf(site, found.page ?? found.address) ? undefined : refused('site')
}

/** Whether an address is of a site or a part of it. */
function isOf(site: string, address: string): boolean {
  if (!URL.canParse(address)) return false
  const { hostname } = new URL(address)
  const wanted = site.toLowerCase().replace(/^www\./, '')
  return hostname === wanted || hostname.endsWith(`.${wanted}`)
}
