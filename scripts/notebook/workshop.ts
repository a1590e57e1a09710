import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { packagePath } from '../../src/core/index.js'

/** A temporary folder in which the commands of a page run as its reader would type them. */
export class Workshop {
  readonly folder: string
  private readonly home: string

  constructor() {
    this.home = mkdtempSync(path.join(tmpdir(), 'chiquito-page-'))
    this.folder = path.join(this.home, 'work')
    mkdirSync(path.join(this.home, 'bin'))
    mkdirSync(path.join(this.folder, 'node_modules'), { recursive: true })
    symlinkSync(packagePath(''), path.join(this.folder, 'node_modules/chiquito'))
    const npx = path.join(this.home, 'bin/npx')
    const program = packagePath('dist/program/main.js')
    writeFileSync(
      npx,
      `#!/bin/sh\n[ "$1" = chiquito ] || exit 127\nshift\nexec "${process.execPath}" "${program}" "$@"\n`,
    )
    chmodSync(npx, 0o755)
  }

  file(name: string): string {
    return path.join(this.folder, name)
  }

  write(name: string, text: string): void {
    mkdirSync(path.dirname(this.file(name)), { recursive: true })
    writeFileSync(this.file(name), text)
  }

  /**
   * What commands say on standard output, without the ways to this folder; the package lies where npm puts it for a reader. What they
   * leave running is ended.
   *
   * @throws Error with what they said, where one fails
   */
  async run(commands: string): Promise<string> {
    const script = `set -euo pipefail\ntrap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n${commands}\n`
    const child = spawn('bash', ['-c', script], {
      cwd: this.folder,
      env: {
        ...process.env,
        PATH: `${path.join(this.home, 'bin')}:${process.env.PATH}`,
        CHIQUITO_CACHE: path.join(this.home, 'cache'),
        npm_command: 'exec',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    let complained = ''
    child.stdout.setEncoding('utf8').on('data', text => {
      said += text
    })
    child.stderr.setEncoding('utf8').on('data', text => {
      complained += text
    })
    const status = await new Promise<number | null>((done, fail) => {
      child.on('error', fail)
      child.on('close', done)
    })
    if (status !== 0) throw new Error(`this ended with ${status}:\n${commands}\n${said}${complained}`)
    return said.replaceAll(`${this.folder}/`, '').replaceAll(packagePath(''), 'node_modules/chiquito/')
  }

  close(): void {
    if (existsSync(this.home)) rmSync(this.home, { recursive: true, force: true })
  }
}
