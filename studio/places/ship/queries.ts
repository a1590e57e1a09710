import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Job, JobKind } from '../../../src/studio/api/jobs.js'
import type { RunsAnswer } from '../../../src/studio/api/runs.js'
import type { ExportModel, MakeApp, ModelAnswer, PredictAnswer } from '../../../src/studio/api/ship.js'
import { ask, getJson, postFile, postJson } from '../../api/client.js'
import { useJobs } from '../../api/queries.js'

const at = (run: string, rest: string) => `/api/runs/${encodeURIComponent(run)}/${rest}`

/** Runs that have a model, the newest first. */
export function useModels() {
  return useQuery({
    queryKey: ['runs'],
    queryFn: ({ signal }) => getJson<RunsAnswer>('/api/runs', signal),
    select: ({ runs }) => runs.filter(({ hasModel }) => hasModel).map(({ id }) => id),
  })
}

export function useModel(run: string) {
  return useQuery({
    queryKey: ['runs', run, 'model'],
    queryFn: ({ signal }) => getJson<ModelAnswer>(at(run, 'model'), signal),
  })
}

/** The model card, as Markdown. */
export function useCard(run: string) {
  return useQuery({
    queryKey: ['runs', run, 'card'],
    queryFn: async ({ signal }) => (await ask(at(run, 'card'), { signal })).text(),
  })
}

export function predict(run: string, photo: Blob, signal?: AbortSignal): Promise<PredictAnswer> {
  return postFile<PredictAnswer>(at(run, 'predict'), photo, signal)
}

/** A picture of what spoke for the verdict. */
export async function explain(run: string, photo: Blob): Promise<Blob> {
  const headers = { 'content-type': 'application/octet-stream' }
  return (await ask(at(run, 'why'), { method: 'POST', body: photo, headers })).blob()
}

/** Starts the job that makes something of a run's model. */
export function useMake(run: string, what: 'app' | 'export') {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (asked: MakeApp | ExportModel) => postJson<Job>(at(run, what), asked),
    onSettled: () => client.invalidateQueries({ queryKey: ['jobs'] }),
  })
}

/** The newest job of a kind about a run. What it made is looked at anew when it ends. */
export function useJobOf(kind: JobKind, run: string): Job | undefined {
  const client = useQueryClient()
  const { data: jobs = [] } = useJobs()
  const job = jobs.find(one => one.kind === kind && one.title === run)
  const state = job?.state
  useEffect(() => {
    if (state === 'done') void client.invalidateQueries({ queryKey: ['runs', run, 'model'] })
  }, [client, run, state])
  return job
}

export const modelAddress = (run: string) => at(run, 'model.onnx')
export const cardAddress = (run: string) => at(run, 'card')
export const previewAddress = (run: string) => `/preview/${encodeURIComponent(run)}/`
