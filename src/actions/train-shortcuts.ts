import path from 'node:path'
import { throwIfAborted, type WorkOptions } from '../core/index.js'
import type { Dataset } from '../dataset/index.js'
import { findShortcuts, readHeaderFacts, type Shortcut, type ShortcutPhoto } from '../doctor/index.js'

/** Files read at a time. */
const AT_ONCE = 8

/** How well files give classes away, as their headers tell it: costs a fraction of what reading the photos does. */
export async function shortcutsOfFiles(
  { photos, root, labels }: Dataset,
  { progress, signal }: WorkOptions,
): Promise<Shortcut[]> {
  const task = 'looking for shortcuts'
  const seen: ShortcutPhoto[] = []
  progress?.({ kind: 'start', task, total: photos.length })
  for (let i = 0; i < photos.length; i += AT_ONCE) {
    throwIfAborted(signal)
    const some = photos.slice(i, i + AT_ONCE)
    const headers = await Promise.all(
      some.map(photo => readHeaderFacts(path.join(root, ...photo.path.split('/')), photo.path)),
    )
    for (const [k, header] of headers.entries()) seen.push({ ...some[k], header, looks: null })
    progress?.({ kind: 'advance', task, done: Math.min(i + AT_ONCE, photos.length), total: photos.length })
  }
  const shortcuts = await findShortcuts({ labels, photos: seen }, { headersOnly: true, signal })
  progress?.({ kind: 'end', task })
  return shortcuts
}
