import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { type Browser, chromium, type Page } from 'playwright-core'
import { demo } from '../src/actions/demo.js'
import { packModel } from '../src/app/pack-model.js'
import { packagePath } from '../src/core/index.js'
import { exportModel, makeApp } from '../src/index.js'
import { drawing } from '../test/support/photos.js'
import { type BenchHost, hostPages } from './app/pages.js'
import { transformersJs } from './pipelines/answers.js'
import { installNpmPeer, npmPeerFolder } from './support/npm-peer.js'
import { type BenchOptions, type BenchResult, row } from './support/result.js'

const name = 'app'
const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** Photos of a phone, as a page gets them: 12 megapixels would measure the decoder alone. */
const PHOTO_SIDE = 640
const PHOTOS = 8
/** Verdicts that are timed in a page. */
const VERDICTS = 40
const DEFAULT_ROUNDS = 5
/** How long the camera is watched, in ms. */
const CAMERA_MS = 5000

/**
 * The same model in the same browser by `chiquito/web` and by a pipeline of transformers.js: from an empty cache to the first verdict, bytes
 * fetched for it, and verdicts a second after that; and how often an exported page looks at its camera. Both on one thread, in turns.
 */
export async function benchApp({ json, rounds = DEFAULT_ROUNDS }: BenchOptions): Promise<BenchResult> {
  if (!existsSync(chromiumPath))
    return {
      name,
      rows: [],
      skipped: `there is no Chromium at ${chromiumPath}: install one, or name it in CHROMIUM`,
    }
  const peers = npmPeerFolder(transformersJs.key)
  const failure = installNpmPeer(peers, transformersJs.packages, { ignoreScripts: true })
  if (failure !== undefined)
    return { name, rows: [], skipped: `transformers.js cannot be installed here: ${failure}` }
  const say = (what: string) => (json ? undefined : process.stderr.write(`${what}\n`))
  const folder = await mkdtemp(path.join(tmpdir(), 'chiquito-bench-app-'))
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
  })
  const host = await hostPages(await prepared(folder, peers, say))
  try {
    const all = { ours: [] as Timed[], theirs: [] as Timed[] }
    for (let round = 1; round <= rounds; round++)
      for (const side of round % 2 ? (['ours', 'theirs'] as const) : (['theirs', 'ours'] as const)) {
        say(`round ${round} of ${rounds}: ${side}`)
        all[side].push(await timed(browser, host, side))
      }
    const frames: number[] = []
    for (let round = 1; round <= rounds; round++) frames.push(await cameraRate(browser, host))
    const both = (what: (one: Timed) => number): [number[], number[]] => [
      all.ours.map(what),
      all.theirs.map(what),
    ]
    return {
      name,
      rows: [
        row('first verdict on a cold page', 'ms', ...both(({ first }) => first), { target: 0.7 }),
        row('a verdict after that', 'ms', ...both(({ each }) => each), { target: 0.7 }),
        row('bytes fetched', 'MB', ...both(({ raw }) => raw / 1e6), { target: 0.6 }),
        row('bytes fetched, compressed by gzip', 'MB', ...both(({ compressed }) => compressed / 1e6), {
          target: 0.6,
        }),
        { ...row('verdicts on a camera of 20 frames', 'a second', frames, [Number.NaN]), least: 10 },
      ],
    }
  } finally {
    host.close()
    await browser.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Photos, the model for both sides, and an exported page: the folders of the host. */
async function prepared(
  folder: string,
  peers: string,
  say: (what: string) => void,
): Promise<Readonly<Record<string, string>>> {
  const at = (name: string) => path.join(folder, name)
  await mkdir(at('photos'))
  for (let i = 0; i < PHOTOS; i++)
    await writeFile(
      at(`photos/${i}.jpg`),
      await drawing(i % 2 ? 'ball' : 'wave', i, { side: PHOTO_SIDE, format: 'jpeg' }),
    )
  await mkdir(at('packed'))
  const runtime = await readFile(packagePath('dist/web/ort/ort-wasm-simd-threaded.wasm'))
  await writeFile(at('packed/runtime.wasm.gz'), gzipSync(runtime, { level: 9 }))
  say('training on the demo')
  await demo({ out: at('run') })
  await writeFile(at('packed/model.packed'), await packModel(await readFile(at('run/model.onnx'))))
  await exportModel({ model: at('run'), out: at('hub'), to: 'huggingface' })
  await makeApp({ model: at('run'), out: at('site') })
  return {
    '/photos/': at('photos'),
    '/web/': packagePath('dist/web'),
    '/packed/': at('packed'),
    '/models/hub/': at('hub'),
    '/packages/': path.join(peers, 'node_modules'),
    '/site/': at('site'),
    '/': at('run'),
  }
}

interface Timed {
  /** From the start of navigation, in ms. */
  readonly first: number
  readonly each: number
  readonly raw: number
  readonly compressed: number
}

/** In a context of its own: nothing is cached. */
async function timed(browser: Browser, host: BenchHost, side: 'ours' | 'theirs'): Promise<Timed> {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    host.sent()
    await page.goto(`${host.address}/${side}.html`)
    const first = await firstVerdict(page)
    const { raw, compressed } = host.sent()
    const total = await page.evaluate<number>(
      `(async () => { await answer(4); const start = performance.now(); await answer(${VERDICTS}); return performance.now() - start })()`,
    )
    return { first, each: total / VERDICTS, raw, compressed }
  } finally {
    await context.close()
  }
}

async function firstVerdict(page: Page): Promise<number> {
  await page.waitForFunction('globalThis.answer !== undefined', undefined, { polling: 50, timeout: 120_000 })
  return page.evaluate<number>('first')
}

/** Verdicts a second of an exported page that looks at a camera. */
async function cameraRate(browser: Browser, host: BenchHost): Promise<number> {
  const context = await browser.newContext({ permissions: ['camera'] })
  try {
    const page = await context.newPage()
    await page.goto(`${host.address}/site/`)
    await page.locator('body[data-checked]').waitFor()
    await page.locator('#offline:not([hidden])').waitFor()
    // Isolated from its second visit on, and so on more than one thread.
    await page.reload()
    await page.locator('body[data-checked]').waitFor()
    await page.click('#camera')
    await page.locator('#verdict[data-verdict]').waitFor()
    const count = async () => Number(await page.evaluate("document.body.dataset.frames ?? '0'"))
    const before = await count()
    await page.waitForTimeout(CAMERA_MS)
    return ((await count()) - before) / (CAMERA_MS / 1000)
  } finally {
    await context.close()
  }
}
