import { useMutation, useQuery } from '@tanstack/react-query'
import type {
  CompareAnswer,
  LiveAnswer,
  RunAnswer,
  RunPhotosAnswer,
  RunsAnswer,
  TrainingChoices,
} from '../../src/studio/api/runs.js'
import { getJson, postJson } from './client.js'
import { queryClient, writing } from './queries.js'

const encoded = (name: string) => encodeURIComponent(name)

/** All runs, the newest first. */
export function useRuns() {
  return useQuery({
    queryKey: ['runs'],
    queryFn: ({ signal }) => getJson<RunsAnswer>('/api/runs', signal),
  })
}

export function useRun(id: string) {
  return useQuery({
    queryKey: ['runs', id],
    queryFn: ({ signal }) => getJson<RunAnswer>(`/api/runs/${encoded(id)}`, signal),
  })
}

/** While a run learns its log grows without being told of. */
const LIVE_MS = 1000

/** What a run has learnt so far; asked for again and again while it learns. */
export function useLiveFigures(id: string, isLearning: boolean) {
  return useQuery({
    queryKey: ['runs', id, 'live'],
    queryFn: async ({ signal }) => (await getJson<LiveAnswer>(`/api/runs/${encoded(id)}/live`, signal)).live,
    refetchInterval: isLearning ? LIVE_MS : false,
  })
}

/** Throws away a run that was not finished. */
export function useDiscardRun() {
  return useMutation({
    mutationFn: (id: string) => postJson<unknown>(`/api/runs/${encoded(id)}/discard`),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['runs'] }),
  })
}

/** The photos of a run, one by one, where they are now; null until they were judged. Nothing is asked where there is no run. */
export function useRunPhotos(id: string | null) {
  return useQuery({
    // They move with edits, and are there once the run was judged.
    queryKey: ['photos', 'of-run', id],
    queryFn: async ({ signal }) =>
      (await getJson<RunPhotosAnswer>(`/api/runs/${encoded(id ?? '')}/photos`, signal)).judged,
    enabled: id !== null,
  })
}

/** Two runs on the same photos; null until they were compared. */
export function useComparison(a: string, b: string) {
  return useQuery({
    queryKey: ['runs', 'compared', a, b],
    queryFn: async ({ signal }) =>
      (await getJson<CompareAnswer>(`/api/compare?a=${encoded(a)}&b=${encoded(b)}`, signal)).compared,
  })
}

/** What can be chosen before a training, and how long it would take. */
export function useTrainingChoices() {
  return useQuery({
    queryKey: ['photos', 'training'],
    queryFn: ({ signal }) => getJson<TrainingChoices>('/api/training', signal),
  })
}

/** What is done to photos where they are met. */
export type Edit =
  | { readonly kind: 'relabel'; readonly photos: readonly string[]; readonly to: string }
  | { readonly kind: 'reject'; readonly photos: readonly string[] }

export function useEdit() {
  return useMutation({
    mutationKey: writing,
    mutationFn: (edit: Edit) => postJson<unknown>('/api/edits', edit),
    onSettled: async () => {
      for (const topic of ['photos', 'findings', 'state'])
        await queryClient.invalidateQueries({ queryKey: [topic] })
    },
  })
}
