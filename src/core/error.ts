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
  /** The message as a code, where somebody may say it in other words; undefined for most. */
  readonly said: Said | undefined

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: { cause?: unknown; said?: Said | undefined } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.said = options.said
  }
}

/** A sentence for whoever says it in other words: which one, and what stands in it, in its order. */
export interface Said {
  readonly code: string
  readonly values: readonly (string | number)[]
}

export function said(code: string, ...values: (string | number)[]): Said {
  return { code, values }
}

/** The error for an argument outside its range: names it, what it accepts and what it got. */
export function argumentError(name: string, expected: string, got: unknown, said?: Said): ChiquitoError {
  return new ChiquitoError('usage', `${name} must be ${expected}, but is ${show(got)}.`, { said })
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** An error on its way from one thread, worker or process to another. */
export interface Failure {
  readonly code: ErrorCode
  readonly message: string
  readonly said?: Said | undefined
}

/**
 * Anything thrown, as it is sent.
 *
 * @param otherwise - the code of what is no error of ours
 */
export function failureOf(error: unknown, otherwise: ErrorCode = 'engine'): Failure {
  if (!(error instanceof ChiquitoError)) return { code: otherwise, message: messageOf(error) }
  const { code, message, said } = error
  return { code, message, ...(said && { said }) }
}

/** The error that a failure was. */
export function errorOf({ code, message, said }: Failure): ChiquitoError {
  return new ChiquitoError(code, message, { said })
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
