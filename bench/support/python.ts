import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

// The Python side of a comparison is a script in bench/python. It runs as long as the comparison does and answers
// requests, so that both sides can take turns in one run: whatever else the machine does hits both alike.

/** How much of what Python writes to standard error is kept for a message. */
const MAX_STDERR = 4000

/** The root of the checkout, whether this runs from `bench/` or from a build of it. */
export function checkoutRoot(): string {
  let directory = path.dirname(fileURLToPath(import.meta.url))
  while (!existsSync(path.join(directory, 'bench', 'python'))) {
    const parent = path.dirname(directory)
    if (parent === directory) throw new Error('bench/python is not there: benchmarks run in a checkout only')
    directory = parent
  }
  return directory
}

/** The Python to compare with: `CHIQUITO_PYTHON`, or that of `.venv`. Undefined when there is none. */
export function findPython(): string | undefined {
  const given = process.env.CHIQUITO_PYTHON
  if (given) return given
  const inVenv = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']
  const found = path.join(checkoutRoot(), '.venv', ...inVenv)
  return existsSync(found) ? found : undefined
}

/** Why a comparison has no Python side, for people. */
export const noPython =
  'no Python to compare with: run scripts/make-venv.sh, or set CHIQUITO_PYTHON to a Python with torch and torchvision'

/**
 * A script of bench/python as a process that answers: it writes `{"ready": …}` once it has loaded, then for each line of
 * JSON on its standard input one line of JSON.
 */
export class PythonPeer {
  private readonly lines: AsyncIterator<string>
  private stderr = ''

  private constructor(
    private readonly script: string,
    private readonly process: ChildProcessWithoutNullStreams,
  ) {
    this.lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]()
    process.stderr.on('data', chunk => {
      this.stderr = (this.stderr + chunk).slice(-MAX_STDERR)
    })
    // A peer that dies is noticed at the next answer; writing to it must not end this process.
    process.stdin.on('error', () => {})
  }

  /**
   * Starts a script; what it says when ready comes back as `ready`. Where it cannot run, for want of a Python or of what
   * the script imports, `skipped` says why.
   */
  static async start(
    script: string,
    args: readonly string[] = [],
  ): Promise<{ readonly peer: PythonPeer; readonly ready: unknown } | { readonly skipped: string }> {
    const python = findPython()
    if (python === undefined) return { skipped: noPython }
    const file = path.join(checkoutRoot(), 'bench', 'python', script)
    const child = spawn(python, [file, ...args], {
      cwd: checkoutRoot(),
      env: { ...process.env, PYTHONUNBUFFERED: '1' },
    })
    const peer = new PythonPeer(script, child)
    child.on('error', error => {
      peer.stderr += error.message
    })
    try {
      return { peer, ready: await peer.answer() }
    } catch (error) {
      peer.close()
      return { skipped: error instanceof Error ? error.message : String(error) }
    }
  }

  /** Sends a request and waits for its answer. */
  async ask(request: unknown): Promise<unknown> {
    this.process.stdin.write(`${JSON.stringify(request)}\n`)
    return this.answer()
  }

  /** Ends the script. */
  close(): void {
    this.process.stdin.end()
    this.process.kill()
  }

  private async answer(): Promise<unknown> {
    const { value, done } = await this.lines.next()
    if (done) throw new Error(`bench/python/${this.script} ended: ${lastLine(this.stderr)}`)
    return JSON.parse(value)
  }
}

/** Python says at the very end what was wrong. */
function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) || 'without a word'
}
