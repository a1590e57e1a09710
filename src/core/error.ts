/**
 * What kind of thing went wrong. The command line turns `usage` into exit code 2, `interrupted` into 130 and
 * everything else into 1.
 */
export type ErrorCode =
  | 'usage' // an argument or option is not acceptable
  | 'data' // a data set is not one, or cannot be trained on
  | 'image' // a photo cannot be read
  | 'model' // a model file, weights file or graph is not acceptable
  | 'engine' // the runtime refused or failed
  | 'io' // the file system or the network refused or failed
  | 'diverged' // training produced numbers that are not finite
  | 'interrupted' // the person, or a caller's signal, stopped the work

/**
 * The one way this project fails. The message says what was wrong, names the file or option, says what was
 * expected and what to do. It never contains a secret.
 */
export class ChiquitoError extends Error {
  override readonly name = 'ChiquitoError'

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options)
  }
}

/** The error for an argument outside its range: names it, what it accepts and what it got. */
export function argumentError(name: string, expected: string, got: unknown): ChiquitoError {
  return new ChiquitoError('usage', `${name} must be ${expected}, but is ${show(got)}.`)
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** An error on its way from one thread, worker or process to another. */
export interface Failure {
  readonly code: ErrorCode
  readonly message: string
}

/**
 * Anything thrown, as it is sent.
 *
 * @param otherwise - the code of what is no error of ours
 */
export function failureOf(error: unknown, otherwise: ErrorCode = 'engine'): Failure {
  return { code: error instanceof ChiquitoError ? error.code : otherwise, message: messageOf(error) }
}

/** The error that a failure was. */
export function errorOf({ code, message }: Failure): ChiquitoError {
  return new ChiquitoError(code, message)
}

/** What is said where nothing is to be known but that the person stopped it. */
export const INTERRUPTED = 'Interrupted.'

/** Throws `interrupted` when the caller's signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new ChiquitoError('interrupted', INTERRUPTED)
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}…` : value)
  if (typeof value === 'bigint' || typeof value === 'number' || value === undefined || value === null)
    return String(value)
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${value.byteLength} bytes`
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}
