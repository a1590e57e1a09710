import { type ListOptions, listPhotos } from '../dataset/index.js'
import { noticeCutOff, settleCutOff } from '../doctor/index.js'
import type { AskedBy } from '../files/index.js'
import { isToMark, isToPutRight, type PutRightRequest, rememberMarks } from './put-right.js'

interface Request extends PutRightRequest {
  /** A page that was asked for. */
  readonly report?: string | undefined
}

/** Whether nothing is asked for but to remember what a person says of photos. */
export function isOnlyToMark(options: Request): boolean {
  return isToMark(options) && !isToPutRight(options) && options.report === undefined
}

/**
 * Remembers what a person says of photos. No photo is looked at but those that are named.
 *
 * @throws `usage` for a photo that is not there; `data`; `io`
 */
export async function onlyMark(options: Request & ListOptions & { readonly data: string }, by: AskedBy) {
  const started = performance.now()
  const first = await listPhotos(options.data, options)
  const { root, labels, files, notices } = (await settleCutOff(first.root))
    ? await listPhotos(options.data, options)
    : first
  const marks = await rememberMarks(root, options, by)
  const cutOff = await noticeCutOff(root)
  const count = (label: string) => files.filter(file => file.label === label).length
  return {
    folder: root,
    photos: files.length,
    classes: labels.map(label => ({ label, photos: count(label) })),
    findings: [],
    shortcuts: [],
    checks: [],
    notices: cutOff === undefined ? notices : [...notices, cutOff],
    marks,
    done: null,
    report: null,
    seconds: (performance.now() - started) / 1000,
  }
}
