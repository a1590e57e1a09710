import { changed, type Found, type Page, type Source } from '../sources/index.js'
import type { Job } from './job.js'

/** Extensions that say of an address what it is. */
const known = /\.(jpg|jpeg|jpe|jfif|png|gif|bmp|webp|ico|svg|tiff?|avif)$/i

/**
 * A source with what a configuration leaves out: photos at the beginning, addresses with words in them, other formats
 * (where the address says which). The cursor holds how many are still to be left out: `3 CURSOR`.
 */
export function narrowed(source: Source, { offset, ignored, extensions, delayMs }: Job): Source {
  const isWanted = ({ address }: Found) => {
    if (ignored.some(part => address.includes(part))) return false
    const extension = known.exec(new URL(address).pathname)?.[1]?.toLowerCase()
    return extensions.length === 0 || extension === undefined || extensions.includes(extension)
  }
  return {
    name: source.name,
    title: source.title,
    paceMs: Math.max(source.paceMs, delayMs),
    photosAtOnce: delayMs > 0 ? 1 : source.photosAtOnce,
    isLocal: source.isLocal,
    isList: source.isList,
    async page(query, cursor, ask): Promise<Page> {
      const [left, inner] = cursor === undefined ? [offset, undefined] : readCursor(source, cursor)
      const { found, next, notice } = await source.page(query, inner, ask)
      const wanted = found.filter(isWanted)
      const remaining = Math.max(0, left - wanted.length)
      return {
        found: wanted.slice(left),
        next: next === undefined ? undefined : `${remaining} ${next}`,
        notice,
      }
    },
  }
}

/** One photo whose address the person gave. */
export function singlePhoto(address: string): Source {
  return {
    name: 'single_image',
    title: 'The address',
    paceMs: 0,
    isList: true,
    page: async () => ({ found: [{ address }], next: undefined }),
  }
}

function readCursor({ title }: Source, cursor: string): [number, string] {
  const match = /^(\d+) (.*)$/s.exec(cursor)
  if (match === null) throw changed(title, 'a cursor of another collection')
  return [Number(match[1]), match[2]]
}
