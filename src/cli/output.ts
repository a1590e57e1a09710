import { ChiquitoError, messageOf } from '../core/index.js'
import { exitCodes, type Output, type System } from './system.js'

/** Unicode's pictures of the control characters begin here. */
const controlPictures = 0x2400

/** What a command has to say when it is done. */
export interface Outcome {
  /** With `--json` this and nothing else goes to standard output, as one document on one line. */
  readonly json: unknown
  /** For a person. */
  readonly text: string
  /** Lines that are not indented are sentences: a terminal's width breaks them between words. */
  readonly isProse?: boolean | undefined
  /** The command did its work and the answer is "no good": exit code 1. */
  readonly failed?: boolean | undefined
}

/** Writes a result to standard output, all of it before this resolves; rejects where it cannot be written. */
export async function printOutcome(outcome: Outcome, json: boolean, stdout: Output): Promise<void> {
  try {
    if (json) await writeJson(outcome.json, stdout)
    else if (outcome.text !== '') {
      const text = printable(outcome.text).trimEnd()
      await write(stdout, `${outcome.isProse ? wrapped(text, stdout) : text}\n`)
    }
  } catch (error) {
    if (isClosedPipe(error)) throw error
    const message = `Cannot write the result to standard output: ${messageOf(error)}. The work itself is done.`
    throw new ChiquitoError('io', message, { cause: error })
  }
}

/** Sentences broken between words, where they go to a terminal and are wider. */
function wrapped(text: string, { isTTY, columns }: Output): string {
  if (!isTTY || !columns) return text
  const line = new RegExp(`(?=.{${columns + 1}})(.{1,${columns}}) (?=\\S)`, 'g')
  return text
    .split('\n')
    .map(one => (one.startsWith(' ') ? one : one.replace(line, '$1\n')))
    .join('\n')
}

/**
 * Says what went wrong on standard error and gives the exit code. With `--json` standard output gets
 * `{"error":{"code","message"}}`, so that a reader of it finds exactly one document however the command ends; `code`
 * is an `ErrorCode`, or `unexpected`.
 *
 * @param hint - a last line for wrong usage: where to read what is right
 */
export async function printError(
  error: unknown,
  options: { system: System; json: boolean; version: string; hint?: string | undefined },
): Promise<number> {
  const { system, json, version, hint } = options
  if (isClosedPipe(error)) return exitCodes.outputClosed
  const known = error instanceof ChiquitoError
  const message = known || isRefusal(error) ? messageOf(error) : unexpected(error, version)
  const lines = [`chiquito: ${message}`]
  if (known && error.code === 'usage' && hint !== undefined) lines.push(hint)
  if (system.env.CHIQUITO_DEBUG === '1' && error instanceof Error && error.stack) lines.push(error.stack)
  await write(system.stderr, `${printable(lines.join('\n'))}\n`).catch(ignore)
  if (json) await write(system.stdout, errorDocument(error)).catch(ignore)
  const code = codeOf(error)
  if (code === 'usage') return exitCodes.usage
  return code === 'interrupted' ? exitCodes.interrupted : exitCodes.failed
}

/** What `--json` leaves on standard output where there is no result. */
export function errorDocument(error: unknown): string {
  return `${JSON.stringify({ error: { code: codeOf(error), message: messageOf(error) } })}\n`
}

function codeOf(error: unknown): string {
  if (error instanceof ChiquitoError) return error.code
  return isRefusal(error) ? 'io' : 'unexpected'
}

/**
 * Text that is safe to show: file names and messages may hold control characters that would move the cursor, recolour
 * or retitle a terminal. Line breaks and tabs stay.
 */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, '\ufffd')
}

/**
 * A name in one line, whatever is in it: control characters, line breaks too, and the marks that reverse the direction
 * of writing become visible signs, so that no file name can pass for a line of ours.
 */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, sign => {
    const code = sign.charCodeAt(0)
    return code < 0x20 ? String.fromCharCode(controlPictures + code) : '\ufffd'
  })
}

/** Resolves when the text has left this process. */
function write(stream: Output, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, error => (error ? reject(error) : resolve()))
  })
}

function writeJson(value: unknown, stdout: Output): Promise<void> {
  return write(stdout, `${JSON.stringify(value)}\n`)
}

function unexpected(error: unknown, version: string): string {
  return [
    `unexpected error: ${messageOf(error)}`,
    `This is a mistake in chiquito ${version}. Please report it, with the command you ran;`,
    'CHIQUITO_DEBUG=1 in the environment shows where it happened.',
  ].join('\n')
}

/** The operating system said no: not a mistake of ours, though we should have said it better. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && 'code' in error
}

function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE'
}

function ignore(): void {}
