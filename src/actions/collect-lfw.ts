import { type CollectedLfw, collectLfw as draw } from '../collect/lfw/index.js'
import type { WorkOptions } from '../core/index.js'

/** As many strangers as the article had beside its 270 photos. */
const DEFAULT_PEOPLE = 270

export interface CollectLfwOptions extends WorkOptions {
  /** Folder for the photos: new or empty. */
  readonly out: string
  /** People to draw, a photo each. */
  readonly people?: number | undefined
  readonly seed?: number | undefined
  /** Names of people who are not to be among them. */
  readonly exclude?: readonly string[] | undefined
  /** File or address of an archive of LFW; the mirrors that there are by default. */
  readonly archive?: string | undefined
  /** Private servers, `host:port`, that may be fetched from beside the address's own. */
  readonly allowHosts?: readonly string[] | undefined
}

export type CollectLfwResult = CollectedLfw

/** Strangers for a class of negatives, out of Labeled Faces in the Wild. */
export async function collectLfw(options: CollectLfwOptions): Promise<CollectLfwResult> {
  const { out, people = DEFAULT_PEOPLE, seed, exclude, archive, allowHosts = [], progress, signal } = options
  const allowedHosts = new Set(allowHosts)
  return draw(out, { people, seed, exclude, archive, allowedHosts, progress, signal })
}
