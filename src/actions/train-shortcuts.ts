import type { WorkOptions } from '../core/index.js'
import type { Dataset } from '../dataset/index.js'
import { findShortcuts, type Shortcut } from '../doctor/index.js'
import { readHeaders, type SeenHeader } from './photo-facts.js'

/** What the files of the photos tell, without a look at their pixels. */
export interface FileFacts {
  readonly headers: readonly SeenHeader[]
  readonly shortcuts: readonly Shortcut[]
}

export async function factsOfFiles(dataset: Dataset, options: WorkOptions): Promise<FileFacts> {
  const headers = await readHeaders(dataset, options)
  return { headers, shortcuts: await shortcutsOfFiles(dataset, headers, options) }
}

/** How well files give classes away, as their headers tell it: costs a fraction of what reading the photos does. */
export async function shortcutsOfFiles(
  { photos, labels }: Dataset,
  headers: readonly SeenHeader[],
  { progress, signal }: WorkOptions,
): Promise<Shortcut[]> {
  const task = 'looking for shortcuts'
  progress?.({ kind: 'start', task })
  const facts = new Map(headers.map(({ photo, facts }) => [photo, facts]))
  const seen = photos.map(photo => ({ ...photo, header: facts.get(photo) ?? null, looks: null }))
  const shortcuts = await findShortcuts({ labels, photos: seen }, { headersOnly: true, signal })
  progress?.({ kind: 'end', task })
  return shortcuts
}
