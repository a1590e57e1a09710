import { existsSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { float32, type Tensor } from '../../src/core/index.js'

export const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium'
const page = fileURLToPath(new URL('web-runtime.mjs', import.meta.url))
const runtime = fileURLToPath(new URL('../../node_modules/onnxruntime-web/dist/', import.meta.url))

/** Why nothing can be run in a browser here; undefined where it can. */
export const noBrowser = existsSync(chromiumPath)
  ? undefined
  : `there is no Chromium at ${chromiumPath}: install one, or name it in CHROMIUM`

/** onnxruntime-web in a real Chromium, its files and the test's served from this machine. */
export class BrowserRuntime {
  private readonly files = new Map<string, Uint8Array>()
  private readonly results = new Map<string, Uint8Array>()
  /** What the page said that it should not have. */
  readonly complaints: string[] = []

  private constructor(
    private readonly server: Server,
    private readonly browser: Browser,
    private readonly page: Page,
  ) {}

  static async open(): Promise<BrowserRuntime> {
    const server = createServer()
    await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
    const bound = server.address()
    if (bound === null || typeof bound === 'string') throw new Error('the test server has no port')
    const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] })
    const tab = await browser.newPage()
    const opened = new BrowserRuntime(server, browser, tab)
    server.on('request', (request, response) => opened.answer(request, response))
    tab.on('console', message => opened.complaints.push(message.text()))
    tab.on('pageerror', error => opened.complaints.push(error.message))
    await tab.goto(`http://127.0.0.1:${bound.port}/`)
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
    this.server.close()
  }

  private result(name: string, dtype: string, shape: number[]): Tensor {
    const { buffer } = Uint8Array.from(this.results.get(name) ?? [])
    if (dtype === 'float32') return float32(new Float32Array(buffer), shape)
    if (dtype === 'int64') return { dtype, shape, data: new BigInt64Array(buffer) }
    throw new Error(`${name} came out as ${dtype}`)
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const [, folder, file] = decodeURIComponent(request.url ?? '').split('/')
    if (request.method === 'POST') {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        this.results.set(file, Buffer.concat(parts))
        response.end()
      })
      return
    }
    const found = this.find(folder, file)
    if (!found) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': contentType(file ?? folder) }).end(found)
  }

  private find(folder: string, file: string | undefined): Uint8Array | string | undefined {
    if (folder === '')
      return '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.mjs"></script>'
    if (folder === 'page.mjs') return readFileSync(page)
    if (folder === 'files') return this.files.get(file ?? '')
    const inRuntime = path.join(runtime, file ?? '')
    return folder === 'ort' && existsSync(inRuntime) ? readFileSync(inRuntime) : undefined
  }
}

function contentType(file: string): string {
  const types: Readonly<Record<string, string>> = { '.mjs': 'text/javascript', '.wasm': 'application/wasm' }
  return types[path.extname(file)] ?? (file === '' ? 'text/html' : 'application/octet-stream')
}
