import { type ChiquitoError, errorOf, type Failure, failureOf } from '../../src/core/error.js'
import { type PhotoProblem, UnreadablePhoto } from '../../src/images/unreadable.js'

/** What failed in the worker; of a photo also what is wrong with it, so that a page can say so in its own language. */
export interface WorkerFailure extends Failure {
  readonly problem?: PhotoProblem | undefined
}

/** Anything thrown, as it is sent to the page. */
export function workerFailureOf(error: unknown): WorkerFailure {
  return { ...failureOf(error), problem: error instanceof UnreadablePhoto ? error.problem : undefined }
}

/** The error that a failure was. */
export function workerErrorOf(failure: WorkerFailure): ChiquitoError {
  const { message, problem } = failure
  return problem === undefined ? errorOf(failure) : new UnreadablePhoto(message, problem)
}
