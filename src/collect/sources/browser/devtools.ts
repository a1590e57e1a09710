import type { ChildProcess } from 'node:child_process'
import { Readable, Writable } from 'node:stream'
import { z } from 'zod'
import { ChiquitoError, parsedJson } from '../../../core/index.js'

/** Longest message: what a page shows, a few megabytes at most. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024

/** A command takes milliseconds; a browser that starts on a busy machine, seconds. */
const ANSWER_MS = 30_000

const messageSchema = z.object({
  id: z.number().optional(),
  result: z.unknown().optional(),
  error: z.object({ message: z.string() }).optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
})

type Listener = (params: unknown) => void

/**
 * Speaks Chromium's DevTools protocol (https://chromedevtools.github.io/devtools-protocol/) over its pipe: JSON between
 * zero bytes, to its file 3, from its file 4. Nobody else on the machine can join in, as they could on a port; and when
 * this program is gone, however it ended, the pipe closes and the browser with it.
 */
export class DevTools {
  private readonly open = new Map<
    number,
    { done: (result: unknown) => void; failed: (error: Error) => void }
  >()
  private readonly listeners = new Map<string, Listener>()
  private readonly input: Writable
  private pieces: Buffer[] = []
  private size = 0
  private count = 0
  private failure: Error | undefined

  constructor(
    child: ChildProcess,
    private readonly name: string,
  ) {
    const [, , , input, output] = child.stdio
    if (!(input instanceof Writable) || !(output instanceof Readable))
      throw new ChiquitoError('io', `${name} was started without pipes.`)
    this.input = input
    input.on('error', () => this.fail('closed its pipe'))
    output.on('error', () => this.fail('closed its pipe'))
    output.on('data', (chunk: Buffer) => this.take(chunk))
    child.once('error', error => this.fail(`cannot be started: ${error.message}`))
    child.once('exit', code => this.fail(`ended with ${code}`))
  }

  /** Told of events of this name; the last one who asks is told. */
  on(event: string, listener: Listener): void {
    this.listeners.set(event, listener)
  }

  /**
   * Does a command and gives its result, not checked.
   *
   * @param session - of the page that it is for; the browser itself without
   * @throws `io` when the browser refuses, ends or says nothing
   */
  async send(method: string, params: object = {}, session?: string): Promise<unknown> {
    if (this.failure) throw this.failure
    const id = ++this.count
    const message = { id, method, params, ...(session === undefined ? {} : { sessionId: session }) }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.fail(`says nothing to ${method}`), ANSWER_MS)
      this.open.set(id, {
        done: result => {
          clearTimeout(timer)
          resolve(result)
        },
        failed: error => {
          clearTimeout(timer)
          reject(error)
        },
      })
      this.input.write(`${JSON.stringify(message)}\0`)
    })
  }

  private take(chunk: Buffer): void {
    let begin = 0
    for (let end = chunk.indexOf(0); end >= 0; end = chunk.indexOf(0, begin)) {
      const text = Buffer.concat([...this.pieces, chunk.subarray(begin, end)]).toString()
      this.pieces = []
      this.size = 0
      begin = end + 1
      this.hear(text)
    }
    const rest = chunk.subarray(begin)
    this.pieces.push(rest)
    this.size += rest.length
    if (this.size > MAX_MESSAGE_BYTES) this.fail('says more than anybody can hear')
  }

  private hear(text: string): void {
    const message = messageSchema.safeParse(parsedJson(text))
    if (!message.success) {
      this.fail('says what is no part of its protocol')
      return
    }
    const { id, result, error, method, params } = message.data
    if (id === undefined) {
      this.listeners.get(method ?? '')?.(params)
      return
    }
    const asked = this.open.get(id)
    this.open.delete(id)
    if (error === undefined) asked?.done(result)
    else asked?.failed(this.errorFor(`refuses: ${error.message}`))
  }

  private fail(what: string): void {
    this.failure ??= this.errorFor(what)
    for (const { failed } of this.open.values()) failed(this.failure)
    this.open.clear()
  }

  private errorFor(what: string): ChiquitoError {
    return new ChiquitoError('io', `The browser ${this.name} ${what}.`)
  }
}
