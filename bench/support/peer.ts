import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { highWaterMark } from './process.js'

/** How much of what a program writes to standard error is kept for a message. */
const MAX_STDERR = 4000

/** A program that answers, or why it does not. */
export type Started = { readonly peer: Peer; readonly ready: unknown } | { readonly skipped: string }

/**
 * One side of a comparison as a process that answers: it writes `{"ready": …}` once it has loaded, then for each line of
 * JSON on its standard input one line of JSON. It runs as long as the comparison does, so that all sides can take turns
 * in one run: whatever else the machine does hits them alike.
 */
export class Peer {
  private readonly lines: AsyncIterator<string>
  private stderr = ''
  private isOver = false

  private constructor(
    private readonly name: string,
    private readonly process: ChildProcessWithoutNullStreams,
  ) {
    this.lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]()
    process.stderr.on('data', chunk => {
      this.stderr = (this.stderr + chunk).slice(-MAX_STDERR)
    })
    process.on('error', error => {
      this.stderr += error.message
    })
    // A peer that dies is noticed at the next answer; writing to it must not end this process.
    process.stdin.on('error', () => {})
  }

  /** Starts a program; what it says when ready comes back as `ready`. Where it cannot run, `skipped` says why. */
  static async start(
    name: string,
    command: string,
    args: readonly string[],
    options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
  ): Promise<Started> {
    const env = { ...process.env, ...options.env }
    const peer = new Peer(name, spawn(command, args, { cwd: options.cwd, env }))
    try {
      return { peer, ready: await peer.answer() }
    } catch (error) {
      peer.close()
      return { skipped: error instanceof Error ? error.message : String(error) }
    }
  }

  /**
   * Sends a request and waits for its answer. Throws with the program's last words where it ends instead; where a limit
   * in ms is given, a program without an answer by then is ended.
   */
  async ask(request: unknown, limit?: number): Promise<unknown> {
    this.process.stdin.write(`${JSON.stringify(request)}\n`)
    if (limit === undefined) return this.answer()
    const timer = setTimeout(() => {
      this.stderr += `\nTimeoutError: no answer within ${limit / 60_000} minutes`
      this.close()
    }, limit)
    try {
      return await this.answer()
    } finally {
      clearTimeout(timer)
    }
  }

  /** Whether it has ended without being asked to, and answers no more. */
  get hasEnded(): boolean {
    return this.isOver
  }

  /** The most memory it had so far, in MB; undefined where the system does not say. */
  peakMb(): number | undefined {
    return highWaterMark(this.process.pid)
  }

  /** Ends the program. */
  close(): void {
    this.process.stdin.end()
    this.process.kill()
  }

  private async answer(): Promise<unknown> {
    const { value, done } = await this.lines.next()
    this.isOver = done === true
    if (done) throw new Error(`${this.name} ended: ${lastWords(this.stderr)}`)
    return JSON.parse(value)
  }
}

/** The error that ended a program, as Python and Node print it, or else the last line. */
function lastWords(text: string): string {
  const lines = text.trim().split('\n')
  return lines.findLast(line => /^\w*Error\b.*: /.test(line)) ?? (lines.at(-1) || 'without a word')
}
