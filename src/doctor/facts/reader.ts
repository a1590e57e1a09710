import { version } from '../../core/index.js'
import { decoderVersions } from '../../images/index.js'
import type { PhotoFacts } from './facts.js'

/** Who refused a photo: another version of a decoder may read it. */
export const READER = `chiquito ${version()}, ${decoderVersions()}`

/** Not for ever: want of memory is no fault of the photo's, and decoders of these formats are packages that come and change by themselves. */
const FOR_NOW = /memory|alloc|HEIC|JPEG 2000/i

/** Whether a photo would be refused another time, too. */
export function isLasting({ problem }: PhotoFacts): boolean {
  return problem === null || !FOR_NOW.test(problem.message)
}

/** The text that is kept of a photo, and handed from thread to thread: copying objects takes longer and twice the memory. */
export function keptText(facts: PhotoFacts): string {
  return JSON.stringify(facts.problem === null ? facts : { ...facts, reader: READER })
}

/** Facts as a thread of ours has just told them; what lay on disk is checked (`keptSchema`). */
export function factsOfText(text: string): PhotoFacts {
  const { header, looks, problem } = JSON.parse(text)
  return { header, looks, problem }
}
