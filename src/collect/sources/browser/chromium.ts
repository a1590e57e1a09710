import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ChiquitoError } from '../../../core/index.js'
import { DevTools } from './devtools.js'

/** Where Chromium and its relatives are installed, the freest first. */
const places: readonly string[] = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/snap/bin/chromium',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/microsoft-edge',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
]

/** The browser sees a page as a person with a large screen does, keeps to itself, and goes out only by our own proxy. */
const fixedArguments: readonly string[] = [
  '--headless',
  '--remote-debugging-pipe',
  '--window-size=1280,2000',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-extensions',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--mute-audio',
  '--password-store=basic',
  '--use-mock-keychain',
  // What would go past a proxy: QUIC, WebRTC, and this machine itself.
  '--disable-quic',
  '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
  '--proxy-bypass-list=<-loopback>',
]

/** A browser that is running, with a profile of its own that nobody has used. */
export interface Chromium {
  readonly tools: DevTools
  /** Ends it and removes its profile. */
  close(): Promise<void>
}

/**
 * Starts the person's own Chromium.
 *
 * @param proxy - port on this machine, by which alone it goes out
 * @throws `usage` where there is none, or it may not run as root; `io`
 */
export async function startChromium(proxy: number): Promise<Chromium> {
  const program = findChromium(process.env)
  const profile = await mkdtemp(path.join(tmpdir(), 'chiquito-browser-'))
  const child = spawn(
    program,
    [
      ...fixedArguments,
      ...sandbox(),
      `--proxy-server=http://127.0.0.1:${proxy}`,
      `--user-data-dir=${profile}`,
    ],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
  )
  const ended = new Promise<void>(resolve => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const tools = new DevTools(child, `"${program}"`)
  return {
    tools,
    async close() {
      child.kill('SIGKILL')
      await ended
      // Its helpers may still be writing.
      await rm(profile, { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined)
    },
  }
}

/** @param environment - `CHROMIUM` names another place */
export function findChromium(environment: Readonly<Record<string, string | undefined>>): string {
  const named = environment.CHROMIUM
  const found = (named ? [named] : places).find(isProgram)
  if (found !== undefined) return found
  throw new ChiquitoError(
    'usage',
    named
      ? `There is no program "${named}", which the variable CHROMIUM names.`
      : 'There is no Chromium, Chrome or Edge here. Install one, or say in the variable CHROMIUM where it is.',
  )
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Chromium does not put itself into its sandbox for root, and pages of strangers are not shown outside of it unasked. */
function sandbox(): readonly string[] {
  if (process.getuid?.() !== 0) return []
  if (process.env.CHIQUITO_BROWSER_SANDBOX === 'off') return ['--no-sandbox']
  throw new ChiquitoError(
    'usage',
    'Chromium keeps pages in its sandbox only for users other than root. Collect as another user, or, where the whole ' +
      'machine is a box (a container), set CHIQUITO_BROWSER_SANDBOX=off.',
  )
}
