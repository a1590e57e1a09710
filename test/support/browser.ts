import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { float32, type Tensor } from '../../src/core/index.js'
import { inFolders, type StaticSite, serveSite } from './static-site.js'

export const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium'
const page = fileURLToPath(new URL('web-runtime.mjs', import.meta.url))
const runtime = fileURLToPath(new URL('../../node_modules/onnxruntime-web/dist/', import.meta.url))

/** Why nothing can be run in a browser here; undefined where it can. */
export const noBrowser = existsSync(chromiumPath)
  ? undefined
  : `there is no Chromium at ${chromiumPath}: install one, or name it in CHROMIUM`

/** The name of a group of tests, with the reason where they are skipped: what is `missing`, if anything. */
export function unless(missing: string | undefined, name: string): string {
  return missing === undefined ? name : `${name} (skipped: ${missing})`
}

/** Nothing may fail because a machine is busy: only what hangs is given up, in milliseconds. */
const HANGING_MS = 300_000

/** Starts Chromium. Whatever is waited for in its pages may take as long as it does on a machine that does much else. */
export async function launchChromium(...args: readonly string[]): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', ...args],
    timeout: HANGING_MS,
  })
  return browser.on('context', context => context.setDefaultTimeout(HANGING_MS))
}

/** What has Chromium show a picture of its own where a page asks for a camera, and allow that. */
export const fakeCamera = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'] as const

/** onnxruntime-web in a real Chromium, its files and the test's served from this machine. */
export class BrowserRuntime {
  /** What the page said that it should not have. */
  readonly complaints: string[] = []

  private constructor(
    private readonly site: StaticSite,
    private readonly browser: Browser,
    private readonly page: Page,
    /** Given to the page, by name. */
    private readonly files: Map<string, Uint8Array>,
    /** What the page sent, by name. */
    private readonly results: Map<string, Uint8Array>,
  ) {}

  static async open(): Promise<BrowserRuntime> {
    const files = new Map<string, Uint8Array>()
    const results = new Map<string, Uint8Array>()
    const site = await serveSite(pathname => contentAt(pathname, files), {
      posted: (pathname, body) => results.set(pathname.replace('/results/', ''), body),
    })
    const browser = await launchChromium()
    const tab = await browser.newPage()
    const opened = new BrowserRuntime(site, browser, tab, files, results)
    tab.on('console', message => opened.complaints.push(message.text()))
    tab.on('pageerror', error => opened.complaints.push(error.message))
    await tab.goto(`${site.address}/`)
    await tab.waitForFunction('globalThis.runModel !== undefined')
    return opened
  }

  /** Runs the bytes of an `.onnx` file once; all of its outputs must be float32 or int64. */
  async run(model: Uint8Array, feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    this.files.clear()
    this.results.clear()
    this.files.set('model.onnx', model)
    const given = Object.entries(feeds).map(([name, { dtype, shape, data }]) => {
      this.files.set(name, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      return { name, dtype, shape }
    })
    const told = await this.page.evaluate<{ name: string; dtype: string; shape: number[] }[]>(
      `runModel('model.onnx', ${JSON.stringify(given)})`,
    )
    return Object.fromEntries(told.map(({ name, dtype, shape }) => [name, this.result(name, dtype, shape)]))
  }

  async close(): Promise<void> {
    await this.browser.close()
    this.site.close()
  }

  private result(name: string, dtype: string, shape: number[]): Tensor {
    const { buffer } = Uint8Array.from(this.results.get(name) ?? [])
    if (dtype === 'float32') return float32(new Float32Array(buffer), shape)
    if (dtype === 'int64') return { dtype, shape, data: new BigInt64Array(buffer) }
    throw new Error(`${name} came out as ${dtype}`)
  }
}

const runtimeAt = inFolders({ '/ort/': runtime })

function contentAt(
  pathname: string,
  files: ReadonlyMap<string, Uint8Array>,
): Uint8Array | string | undefined {
  if (pathname === '/')
    return '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.mjs"></script>'
  if (pathname === '/page.mjs') return readFileSync(page)
  return files.get(pathname.replace('/files/', '')) ?? runtimeAt(pathname)
}
