import { useQuery } from '@tanstack/react-query'
import type { PhotosAnswer } from '../../../src/studio/api/photos.js'
import { getJson } from '../../api/client.js'

/** A photo to show. */
export interface ShownPhoto {
  readonly id: string
  readonly version: string
  readonly path: string
}

const MOST_SHOWN = 8

/** The photos of each class that came last, by their names: those that are collected are numbered. */
export function useLastPhotos(): ReadonlyMap<string, readonly ShownPhoto[]> {
  const { data } = useQuery({
    queryKey: ['photos', 'last'],
    queryFn: ({ signal }) => getJson<PhotosAnswer>('/api/photos', signal),
  })
  const last = new Map<string, ShownPhoto[]>()
  if (data === undefined) return last
  for (let i = data.id.length - 1; i >= 0; i--) {
    const label = data.labels[data.label[i]]
    const shown = last.get(label) ?? []
    if (shown.length === MOST_SHOWN) continue
    shown.push({ id: data.id[i], version: data.version[i], path: data.path[i] })
    last.set(label, shown)
  }
  return last
}
