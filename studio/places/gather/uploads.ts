import { useSyncExternalStore } from 'react'
import type { Job } from '../../../src/studio/api/jobs.js'
import type { UploadAnswer } from '../../../src/studio/api/upload.js'
import { ApiProblem, postFile } from '../../api/client.js'
import { isLiveNow } from '../../api/events.js'
import { queryClient } from '../../api/queries.js'
import type { Trouble } from '../../parts/error-text.js'

/** Photos sent at a time: the server decodes each to see that it is one. */
const AT_ONCE = 3

/** Between two tries where the server does not answer. */
const RETRY_MS = 1000

interface Upload {
  readonly file: Blob
  readonly name: string
  /** Undefined for an archive whose folders are the classes. */
  readonly label: string | undefined
  readonly isArchive: boolean
}

/** How the photos stand that were given to this page. */
export interface Uploads {
  readonly total: number
  readonly done: number
  readonly added: number
  readonly copies: readonly { readonly name: string; readonly of: string }[]
  readonly refused: readonly { readonly name: string; readonly error: Trouble }[]
  /** The server does not answer; they are sent as soon as it does. */
  readonly isWaiting: boolean
}

const none: Uploads = { total: 0, done: 0, added: 0, copies: [], refused: [], isWaiting: false }

let uploads = none
let active = 0
const queue: Upload[] = []
const watchers = new Set<() => void>()

/** Sends photos of a class, one after the other; what is on its way goes on whatever place is looked at. */
export function sendPhotos(files: readonly (Blob & { readonly name?: string })[], label: string): void {
  send(files.map(file => ({ file, name: file.name ?? 'photo', label, isArchive: false })))
}

/** Sends archives, for jobs to unpack. */
export function sendArchive(file: File, label: string | undefined): void {
  send([{ file, name: file.name, label, isArchive: true }])
}

function send(more: readonly Upload[]): void {
  queue.push(...more)
  change({ ...uploads, total: uploads.total + more.length })
  pump()
}

export function dismissUploads(): void {
  if (uploads.done === uploads.total) change(none)
}

export function useUploads(): Uploads {
  return useSyncExternalStore(
    watcher => {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
    () => uploads,
  )
}

function change(next: Uploads): void {
  uploads = next
  for (const watcher of watchers) watcher()
}

function pump(): void {
  while (active < AT_ONCE) {
    const next = queue.shift()
    if (next === undefined) return
    active++
    void sendOne(next).finally(() => {
      active--
      pump()
    })
  }
}

async function sendOne(upload: Upload): Promise<void> {
  const { name } = upload
  for (;;)
    try {
      const told = upload.isArchive ? await postArchive(upload) : await postPhoto(upload)
      return change(told)
    } catch (error) {
      if (!isForLater(error)) {
        const told = error instanceof Error ? error : { message: String(error) }
        return change({
          ...uploads,
          done: uploads.done + 1,
          refused: [...uploads.refused, { name, error: told }],
        })
      }
      change({ ...uploads, isWaiting: true })
      do await new Promise(resolve => setTimeout(resolve, RETRY_MS))
      while (error.kind === 'unauthorized' && !isLiveNow())
    }
}

/** The server is gone, or has come back and waits for the token that it was started with. */
function isForLater(error: unknown): error is ApiProblem {
  return error instanceof ApiProblem && (error.kind === 'unreachable' || error.kind === 'unauthorized')
}

async function postPhoto({ file, name, label = '' }: Upload): Promise<Uploads> {
  const answer = await postFile<UploadAnswer>(`/api/upload?${new URLSearchParams({ label, name })}`, file)
  const told = { ...uploads, done: uploads.done + 1, isWaiting: false }
  if (answer.outcome === 'added') return { ...told, added: told.added + 1 }
  if (answer.outcome === 'copy') return { ...told, copies: [...told.copies, { name, of: answer.of }] }
  const error = { message: answer.reason, code: answer.problem }
  return { ...told, refused: [...told.refused, { name, error }] }
}

async function postArchive({ file, name, label }: Upload): Promise<Uploads> {
  const query = new URLSearchParams({ name, ...(label === undefined ? {} : { label }) })
  await postFile<Job>(`/api/archive?${query}`, file)
  await queryClient.invalidateQueries({ queryKey: ['jobs'] })
  return { ...uploads, total: uploads.total - 1, isWaiting: false }
}
