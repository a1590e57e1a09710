import { existsSync } from 'node:fs'
import path from 'node:path'
import { Peer, type Started } from './peer.js'
import { checkoutRoot } from './process.js'

// The Python side of a comparison is a script in bench/python.

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

/** Starts a script of bench/python; where it cannot run, for want of a Python or of what it imports, says why. */
export async function startPython(
  script: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Started> {
  const python = findPython()
  if (python === undefined) return { skipped: noPython }
  const root = checkoutRoot()
  const file = path.join(root, 'bench', 'python', script)
  return Peer.start(`bench/python/${script}`, python, [file, ...args], {
    cwd: root,
    env: { PYTHONUNBUFFERED: '1', ...env },
  })
}

/** A script of bench/python that is started anew where it ended: a request that kills it costs no other its answer. */
export class LastingPython {
  private constructor(
    private readonly start: () => Promise<Started>,
    private peer: Peer,
  ) {}

  static async start(
    script: string,
    args: readonly string[],
  ): Promise<{ readonly peer: LastingPython; readonly ready: unknown } | { readonly skipped: string }> {
    const start = () => startPython(script, args)
    const started = await start()
    return 'skipped' in started
      ? started
      : { peer: new LastingPython(start, started.peer), ready: started.ready }
  }

  /** As {@link Peer.ask}; throws for the request that ends it. */
  async ask(request: unknown, limit?: number): Promise<unknown> {
    if (this.peer.hasEnded) {
      const again = await this.start()
      if ('skipped' in again) throw new Error(again.skipped)
      this.peer = again.peer
    }
    return this.peer.ask(request, limit)
  }

  close(): void {
    this.peer.close()
  }
}
