import type { WorkOptions } from '../core/index.js'
import type { CheckedData } from './check.js'
import { keptShortcuts } from './kept-shortcuts.js'
import { findShortcuts, type Shortcut } from './shortcuts/index.js'

/** Found once for whoever asks: the check, and the command that lists them all. */
const found = new WeakMap<CheckedData, Shortcut[]>()

/** How well each property of files and pictures tells the classes apart, the strongest first. */
export async function shortcutsOf(data: CheckedData, work: WorkOptions = {}): Promise<readonly Shortcut[]> {
  const known = found.get(data)
  if (known) return known
  const photos = data.photos.map(({ facts, ...photo }) => ({ ...photo, ...facts }))
  const find = () => findShortcuts({ labels: data.labels, photos }, work)
  const shortcuts = data.isKept ? await keptShortcuts(data, find) : await find()
  found.set(data, shortcuts)
  return shortcuts
}
