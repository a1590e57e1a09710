import { QueryClient, useMutation, useQuery } from '@tanstack/react-query'
import type { Job, JobKind } from '../../src/studio/api/jobs.js'
import type { StateAnswer } from '../../src/studio/api/state.js'
import { ApiProblem, getJson, postJson } from './client.js'

/** Before what failed is asked again. */
const AGAIN_MS = 3000

/** Queries stay as they are until the server says that something changed, or the window comes back. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (count, error) => error instanceof ApiProblem && error.kind === 'unreachable' && count < 20,
      retryDelay: 1000,
      // What mends it (a folder that is back) may happen where nobody tells.
      refetchInterval: ({ state }) => (state.status === 'error' ? AGAIN_MS : false),
    },
  },
})

/** Where the work stands. */
export function useStudioState() {
  return useQuery({
    queryKey: ['state'],
    queryFn: ({ signal }) => getJson<StateAnswer>('/api/state', signal),
  })
}

/** All jobs, newest first, as they stand now. */
export function useJobs() {
  return useQuery({
    queryKey: jobsKey,
    queryFn: async ({ signal }) => {
      // The first answer was asked for before this page's scripts had come.
      const asked = queryClient.getQueryData(jobsKey) === undefined ? 0 : performance.now()
      const { jobs } = await getJson<{ jobs: readonly Job[] }>('/api/jobs', signal)
      const since = [...heard.values()].filter(({ at }) => at > asked)
      return since.reduce((all, { job }) => withJob(all, job), jobs)
    },
  })
}

const jobsKey = ['jobs']
/** What the server told of jobs by itself, and when: an answer that was asked for before may be older. */
const heard = new Map<string, { readonly job: Job; readonly at: number }>()

/** The server tells how a job stands now. */
export function hearJob(job: Job): void {
  heard.set(job.id, { job, at: performance.now() })
  queryClient.setQueryData<readonly Job[]>(jobsKey, jobs => (jobs === undefined ? jobs : withJob(jobs, job)))
}

/** The list with a job as it stands now, newest first. */
function withJob(jobs: readonly Job[], job: Job): readonly Job[] {
  return jobs.some(({ id }) => id === job.id)
    ? jobs.map(one => (one.id === job.id ? job : one))
    : [job, ...jobs]
}

export function useStartJob() {
  return useMutation({
    mutationFn: (asked: { kind: JobKind; options: Readonly<Record<string, unknown>> }) =>
      postJson<Job>('/api/jobs', asked),
    onSuccess: job =>
      queryClient.setQueryData<readonly Job[]>(jobsKey, (jobs = []) =>
        jobs.some(({ id }) => id === job.id) ? jobs : [job, ...jobs],
      ),
  })
}

/** What is said back to a job: to stop, to go on, or to be forgotten. */
export function useSteerJob() {
  return useMutation({
    mutationFn: ({ id, act }: { id: string; act: 'stop' | 'resume' | 'discard' }) =>
      postJson<unknown>(`/api/jobs/${encodeURIComponent(id)}/${act}`),
    onSettled: () => queryClient.invalidateQueries({ queryKey: jobsKey }),
  })
}

/** Of what moves photos on the disk, which takes its time where they are thousands. */
export const writing = ['writing']

/** Takes back the last thing done, or does it again. */
export function useStep() {
  return useMutation({
    mutationKey: writing,
    mutationFn: (way: 'undo' | 'redo') => postJson<{ readonly name?: string }>(`/api/${way}`),
    onSettled: async () => {
      for (const topic of ['photos', 'findings', 'state'])
        await queryClient.invalidateQueries({ queryKey: [topic] })
    },
  })
}
