import { createHash } from 'node:crypto'
import { version } from '../../core/index.js'

/** Digits of a hash in the name of a queue: nobody is to find two alike on purpose, only not by accident. */
const NAME_DIGITS = 12

/**
 * What the bytes of a result depend on beside the question: the program, and what computes for it. Only those of one release work together,
 * so each has a queue of its own.
 */
export interface Release {
  /** As people read it: `chiquito 0.1.0, Node ABI 115, onnxruntime 1.30.0, x64`. */
  readonly text: string
  /** The queue of those who are of this release. */
  readonly queue: string
}

/** @param libraries - names, with versions, of what computes for this program */
export function releaseOf(libraries: readonly string[]): Release {
  const facts = [`chiquito ${version()}`, `Node ABI ${process.versions.modules}`, ...libraries, process.arch]
  const text = facts.join(', ')
  return { text, queue: `jobs-${createHash('sha256').update(text).digest('hex').slice(0, NAME_DIGITS)}` }
}
