import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { sizeOf } from '../core/index.js'
import { findAsset } from './asset.js'
import type { BackboneDescription, Origin } from './backbone.js'
import { type RegistryEntry, registry } from './registry.js'

/** What a person can know of a network before loading it. */
export interface BackboneListing extends BackboneDescription, Origin {
  /** Numbers learned in training, without the classifier. */
  readonly parameters: number
  /** Whether its weights come with this package, or from a file given as `NAME=FILE`. */
  readonly weights: 'embedded' | 'file'
  /** Whether its weights are on this machine and as published; `needs-file` when the person has to give them. */
  readonly state: 'ready' | 'missing' | 'damaged' | 'needs-file'
  /** The embedded file, where there is one. */
  readonly path?: string | undefined
}

/** Every network known here, and what of it is on this machine. */
export function listBackbones(): Promise<BackboneListing[]> {
  return Promise.all([...registry.values()].map(listing))
}

async function listing({ build, tensors, embedded, ...entry }: RegistryEntry): Promise<BackboneListing> {
  const trained = entry.groups.flatMap(group => group.parameters)
  const parameters = trained.reduce((sum, name) => sum + sizeOf(tensors.get(name) ?? [0]), 0)
  const path = embedded && findAsset(embedded.file)
  return {
    ...entry,
    parameters,
    weights: embedded ? 'embedded' : 'file',
    state: embedded ? await stateOf(path, embedded.sha256) : 'needs-file',
    path,
  }
}

async function stateOf(path: string | undefined, sha256: string): Promise<BackboneListing['state']> {
  if (path === undefined) return 'missing'
  const found = createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
  return found === sha256 ? 'ready' : 'damaged'
}
