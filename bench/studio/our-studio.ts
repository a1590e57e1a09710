import { type ChildProcess, spawn } from 'node:child_process'
import { programFile } from '../support/process.js'

/** Longest wait for the address that the program prints. */
const START_MS = 60_000

/** The studio, as its command starts it. */
export class OurStudio {
  private constructor(
    private readonly child: ChildProcess,
    /** With its token. */
    readonly address: string,
  ) {}

  static async start(folder: string, env: Readonly<Record<string, string>> = {}): Promise<OurStudio> {
    const main = programFile()
    const child = spawn(process.execPath, [main, 'studio', folder, '--no-open', '--port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    })
    const address = await new Promise<string>((found, fail) => {
      let said = ''
      const timer = setTimeout(
        () => fail(new Error(`the studio said nothing of where it is: ${said}`)),
        START_MS,
      )
      child.once('exit', code => fail(new Error(`the studio ended with ${code}`)))
      child.stdout.setEncoding('utf8').on('data', text => {
        said += text
        const [place] = /http:\/\/\S+token=\S+/.exec(said) ?? []
        if (place === undefined) return
        clearTimeout(timer)
        found(place)
      })
    })
    return new OurStudio(child, address)
  }

  /** The address of a place in its page. */
  at(place: string): string {
    return `${this.address}#/${place}`
  }

  /** Asks it for something as its page does. @throws Error with the problem */
  async ask<T>(path: string, body?: unknown): Promise<T> {
    const { origin, searchParams } = new URL(this.address)
    const response = await fetch(`${origin}${path}`, {
      headers: {
        authorization: `Bearer ${searchParams.get('token')}`,
        'content-type': 'application/json',
      },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
    const answer: T = JSON.parse(await response.text())
    return answer
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return
    const gone = new Promise(resolve => this.child.once('exit', resolve))
    this.child.kill('SIGTERM')
    await gone
  }
}
