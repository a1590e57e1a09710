import { realpath } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { breather, type WorkOptions } from '../../core/index.js'
import type { CheckedData } from '../check.js'

/** Why photos cannot be moved or renamed, by their paths: they are links, or a link among the photos leads to them. */
export type Linked = ReadonlyMap<string, { readonly kind: 'link' | 'target'; readonly reason: string }>

/** The links among photos, and the photos that they lead to. @throws `interrupted` */
export async function linkedPhotos(
  { root, photos }: Pick<CheckedData, 'root' | 'photos'>,
  { signal }: WorkOptions = {},
): Promise<Linked> {
  const breathe = breather(signal)
  const linked = new Map<string, { kind: 'link' | 'target'; reason: string }>()
  const real = await realpath(root)
  for (const { path } of photos) {
    await breathe()
    const target = await realpath(join(root, path)).catch(() => undefined)
    if (target === undefined) continue
    const inside = relative(real, target).replaceAll('\\', '/')
    if (inside === path) continue
    linked.set(path, { kind: 'link', reason: 'it is a link, or lies behind one' })
    if (!inside.startsWith('..')) linked.set(inside, { kind: 'target', reason: `"${path}" is a link to it` })
  }
  return linked
}
