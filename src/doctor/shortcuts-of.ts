import { z } from 'zod'
import type { WorkOptions } from '../core/index.js'
import type { CheckedData } from './check.js'
import { type KeptKind, kept } from './kept.js'
import { findShortcuts, type Shortcut } from './shortcuts/index.js'

const share = z.number().min(0).max(1)
const KIND: KeptKind<Shortcut[]> = {
  name: 'shortcuts',
  schema: z.array(
    z.object({
      property: z.string(),
      class: z.string(),
      auc: share,
      interval: z.tuple([share, share]),
      stands: z.boolean(),
    }),
  ),
}

/** Found once for whoever asks: the check, and the command that lists them all. */
const found = new WeakMap<CheckedData, Shortcut[]>()

/** How well each property of files and pictures tells the classes apart, the strongest first. */
export async function shortcutsOf(data: CheckedData, work: WorkOptions = {}): Promise<readonly Shortcut[]> {
  const known = found.get(data)
  if (known) return known
  const photos = data.photos.map(({ facts, ...photo }) => ({ ...photo, ...facts }))
  const find = () => findShortcuts({ labels: data.labels, photos }, work)
  const shortcuts = await kept(data, KIND, async () => ({ found: await find(), isLasting: true }))
  found.set(data, shortcuts)
  return shortcuts
}
