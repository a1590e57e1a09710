import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { assetPath, sizeOf } from '../core/index.js'
import { ioError } from '../files/index.js'
import type { BackboneDescription, Origin } from './backbone.js'
import { HubCache } from './hub/cache.js'
import { hubAddress } from './hub/fetch.js'
import { type HubFile, hubSettings } from './hub/settings.js'
import { type RegistryEntry, registry } from './registry.js'

/** What a person can know of a network before loading it. */
export interface BackboneListing extends BackboneDescription, Origin {
  /** Numbers learned in training, without the classifier. */
  readonly parameters: number
  /** Whether its weights come with this package, from the Hugging Face Hub, or from a file given as `NAME=FILE`. */
  readonly weights: 'embedded' | 'hub' | 'file'
  /**
   * Whether its weights are on this machine and as published; `to-fetch` when they are fetched at the first use,
   * `needs-file` when the person has to give them.
   */
  readonly state: 'ready' | 'missing' | 'damaged' | 'to-fetch' | 'needs-file'
  /** The file, where there is one on this machine. */
  readonly path?: string | undefined
  /** Where they are fetched from, and about how many bytes that is. */
  readonly hub?: { readonly address: string; readonly bytes?: number | undefined } | undefined
}

/**
 * Every network known here, and what of it is on this machine. Nothing is asked over the network.
 *
 * @throws ChiquitoError `usage` for an `HF_ENDPOINT` that is no address
 */
export function listBackbones(): Promise<BackboneListing[]> {
  return Promise.all([...registry.values()].map(listing))
}

/**
 * Where the published weights of a network known here come from, and their address on the Hugging Face Hub (`owner/name`) if they lie
 * there; undefined for a network of another name.
 */
export function publishedOrigin(
  name: string,
): { readonly source: string; readonly hub?: string } | undefined {
  const entry = registry.get(name)
  return entry && { source: entry.source, ...(entry.hub ? { hub: entry.hub.repo } : {}) }
}

async function listing({ build, tensors, embedded, hub, ...entry }: RegistryEntry): Promise<BackboneListing> {
  const trained = entry.groups.flatMap(group => group.parameters)
  const parameters = trained.reduce((sum, name) => sum + sizeOf(tensors.get(name) ?? [0]), 0)
  const place = embedded ? await embeddedPlace(embedded) : hub ? await hubPlace(hub) : inFile
  return { ...entry, parameters, ...place }
}

type Place = Pick<BackboneListing, 'weights' | 'state' | 'path' | 'hub'>

const inFile: Place = { weights: 'file', state: 'needs-file' }

async function embeddedPlace({ file, sha256 }: { file: string; sha256: string }): Promise<Place> {
  const path = assetPath(file)
  if (!existsSync(path)) return { weights: 'embedded', state: 'missing', path: undefined }
  return { weights: 'embedded', state: await stateOf(path, sha256), path }
}

async function hubPlace(file: HubFile): Promise<Place> {
  const settings = hubSettings()
  const hub = { address: hubAddress(file, settings), bytes: file.bytes }
  const cached = await new HubCache(settings, file).find()
  if (!cached) return { weights: 'hub', state: 'to-fetch', hub }
  return { weights: 'hub', state: await stateOf(cached.path, cached.sha256), path: cached.path, hub }
}

async function stateOf(path: string, sha256: string | undefined): Promise<'ready' | 'damaged'> {
  try {
    const found = createHash('sha256')
      .update(await readFile(path))
      .digest('hex')
    return found === (sha256 ?? found) ? 'ready' : 'damaged'
  } catch (error) {
    throw ioError(error, 'read', path)
  }
}
