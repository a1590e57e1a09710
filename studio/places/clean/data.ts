import { useMutation, useQuery } from '@tanstack/react-query'
import { useMemo, useSyncExternalStore } from 'react'
import type { EditAnswer, EditRequest } from '../../../src/studio/api/edits.js'
import type { FindingsAnswer } from '../../../src/studio/api/findings.js'
import type { LikenessAnswer, PhotosAnswer, SizesAnswer } from '../../../src/studio/api/photos.js'
import { getJson, postJson } from '../../api/client.js'
import { queryClient, useStudioState, writing } from '../../api/queries.js'
import { useRunPhotos } from '../../api/runs.js'
import { toast } from '../../shell/toasts.js'
import { useWords } from '../../words/index.js'
import { type Opinion, type Pending, type Photo, photosOf } from './view.js'

/** An edit under way; once it is done it waits for a list that was asked for afterwards. */
interface Waiting extends Pending {
  readonly key: number
  readonly doneAt: number | undefined
}

let waiting: readonly Waiting[] = []
let lastKey = 0
/** Photos that have another id now, as they have another place. */
const renamed = new Map<string, string>()
const watchers = new Set<() => void>()

function setWaiting(next: readonly Waiting[]): void {
  waiting = next
  for (const watcher of watchers) watcher()
}

/** The id that a photo has now. */
export function nowOf(id: string): string {
  const seen = new Set<string>()
  let now = id
  for (let next = renamed.get(now); next !== undefined && !seen.has(next); next = renamed.get(now)) {
    seen.add(now)
    now = next
  }
  return now
}

/** All photos, as they will be once what was asked for is on the disk. */
export function usePhotos() {
  const query = useQuery({
    queryKey: ['photos'],
    queryFn: async ({ signal }) => {
      const asked = performance.now()
      const answer = await getJson<PhotosAnswer>('/api/photos', signal)
      setWaiting(waiting.filter(({ doneAt }) => doneAt === undefined || doneAt > asked))
      return answer
    },
  })
  const edits = useSyncExternalStore(
    watcher => {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
    () => waiting,
  )
  const { data } = query
  const photos = useMemo(() => (data === undefined ? [] : photosOf(data, edits)), [data, edits])
  return { ...query, photos }
}

/** Asks for an edit, which is shown at once and confirmed by the server. */
export function useEdit() {
  const { clean: words } = useWords()
  return useMutation({
    mutationKey: writing,
    mutationFn: (asked: EditRequest) => postJson<EditAnswer>('/api/edits', asked),
    onMutate: ({ kind, photos, to = '' }) => {
      const key = ++lastKey
      setWaiting([...waiting, { key, kind, ids: new Set(photos), to, doneAt: undefined }])
      return { key }
    },
    onSuccess: ({ moved, left, notices }, _asked, { key }) => {
      for (const { from, to } of moved) {
        renamed.delete(to)
        renamed.set(from, to)
      }
      const doneAt = performance.now()
      setWaiting(waiting.map(edit => (edit.key === key ? { ...edit, doneAt } : edit)))
      if (left.length > 0)
        toast({ intro: words.left(left.length, left[0].path), message: left[0].reason }, 'trouble')
      for (const notice of notices) toast({ message: notice }, 'trouble')
    },
    onError: (error, _asked, context) => {
      setWaiting(waiting.filter(({ key }) => key !== context?.key))
      toast(error, 'trouble')
    },
    onSettled: () => {
      for (const topic of ['photos', 'findings', 'state'])
        void queryClient.invalidateQueries({ queryKey: [topic] })
    },
  })
}

/** Of photos, in pixels. */
export type Sizes = ReadonlyMap<string, { readonly width: number; readonly height: number }>

/** How large photos are, by id, where a header tells it. Each file is opened for it: only for those who show it. */
export function useSizes(): Sizes {
  const { data } = useQuery({
    queryKey: ['photos', 'sizes'],
    queryFn: async ({ signal }): Promise<Sizes> => {
      const { id, width, height } = await getJson<SizesAnswer>('/api/sizes', signal)
      const sizes = id.map((one, i) => [one, { width: width[i], height: height[i] }] as const)
      return new Map(sizes.filter(([, size]) => size.width > 0))
    },
  })
  return data ?? noSizes
}

const noSizes: Sizes = new Map()

export function useFindings() {
  return useQuery({
    queryKey: ['findings'],
    queryFn: ({ signal }) => getJson<FindingsAnswer>('/api/findings', signal),
  })
}

/** The order by likeness, once it is asked for. */
export function useLikeness(isWanted: boolean) {
  return useQuery({
    queryKey: ['photos', 'likeness'],
    queryFn: ({ signal }) => getJson<LikenessAnswer>('/api/likeness', signal),
    enabled: isWanted,
    staleTime: Number.POSITIVE_INFINITY,
  })
}

/** What the newest run's model says of photos, by id; empty where there is none, or where it was not asked. */
export function useOpinions(photos: readonly Photo[]): ReadonlyMap<string, Opinion> {
  const { data: state } = useStudioState()
  const run = state?.newestRun ?? null
  const { data: judged } = useRunPhotos(run)
  return useMemo(() => {
    if (!judged) return new Map()
    const labelOf = new Map(photos.map(({ id, label }) => [id, label]))
    return new Map(
      judged.photos.flatMap(({ id, label, probabilities }): [string, Opinion][] => {
        if (id === null) return []
        const of = (name: string | undefined) => probabilities[judged.labels.indexOf(name ?? '')] ?? 0
        return [[id, { label, probability: of(label), own: of(labelOf.get(id)) }]]
      }),
    )
  }, [judged, photos])
}
