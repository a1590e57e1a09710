import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import type { Browser, BrowserContext, Page, Response } from 'playwright-core'

/** What scrolls past in a second: fast, as somebody looks for one photo among many. */
const PIXELS_A_SECOND = 3000
const SCROLL_SECONDS = 8
/** A grid that has not shown its photos by then does not. */
const FIRST_SCREEN_MS = 120_000

/** How a grid of photos behaves in a page. */
export interface GridFigures {
  /** From the start of navigation until photos fill the window, in ms. */
  readonly first: number
  /** Frames a second while it scrolls. */
  readonly frames: number
  /** The longest that some row in the window showed no photo while it scrolled, in ms. */
  readonly blank: number
  /** Pages, scripts, styles and fonts that came before that, compressed by gzip, in kB. */
  readonly weight: number
  /** What the page's process has to itself after that, in MB. */
  readonly memory: number
}

/** Opens a grid and scrolls it. In a context of its own, so that nothing is cached but by the server. */
export async function gridFigures(
  browser: Browser,
  address: string,
  prepare: (context: BrowserContext) => Promise<void> = async () => undefined,
): Promise<GridFigures> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  try {
    await prepare(context)
    const page = await context.newPage()
    await page.addInitScript(watching)
    const loaded: Response[] = []
    const hear = (response: Response) => loaded.push(response)
    page.on('response', hear)
    await page.goto(address)
    const first = await firstScreen(page)
    page.off('response', hear)
    const scrolled = await scroll(page)
    return { first, ...scrolled, weight: await weightOf(loaded), memory: await memoryOf(browser, page) }
  } finally {
    await context.close()
  }
}

const BOXES = 10_000

/** Frames a second of a page that is as long and has nothing but boxes: no script, no picture, nothing that comes or goes. */
export async function plainFrames(browser: Browser): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  try {
    const page = await context.newPage()
    await page.addInitScript(watching)
    await page.goto(`data:text/html,${encodeURIComponent(plainPage())}`)
    return (await scroll(page)).frames
  } finally {
    await context.close()
  }
}

function plainPage(): string {
  const boxes = Array.from(
    { length: BOXES },
    (_, i) => `<i style="background:hsl(${(i * 37) % 360} 60% 60%)">`,
  )
  return `<!doctype html><style>body { display: grid; grid-template-columns: repeat(7, 1fr); gap: 8px } i { height: 174px }</style>${boxes.join('')}`
}

/** Asked again and again: a page whose policy forbids to evaluate text cannot be waited for otherwise. */
async function firstScreen(page: Page): Promise<number> {
  const until = performance.now() + FIRST_SCREEN_MS
  while (performance.now() < until) {
    const first = await page.evaluate<number | undefined>('globalThis.grid?.first')
    if (first !== undefined) return first
    await page.waitForTimeout(100)
  }
  throw new Error(`no photos fill the window within ${FIRST_SCREEN_MS} ms`)
}

async function weightOf(loaded: readonly Response[]): Promise<number> {
  const kinds = ['document', 'script', 'stylesheet', 'font']
  const files = loaded.filter(response => kinds.includes(response.request().resourceType()))
  const bodies = await Promise.all(files.map(file => file.body().catch(() => Buffer.of())))
  return bodies.reduce((sum, body) => sum + gzipSync(body).length, 0) / 1000
}

/** As a wheel scrolls, by the browser itself. */
async function scroll(page: Page): Promise<Pick<GridFigures, 'frames' | 'blank'>> {
  const session = await page.context().newCDPSession(page)
  const watched = page.evaluate<{ frames: number; blank: number }>(
    `globalThis.grid.watch(${SCROLL_SECONDS * 1000})`,
  )
  await session.send('Input.synthesizeScrollGesture', {
    x: 800,
    y: 600,
    yDistance: -PIXELS_A_SECOND * SCROLL_SECONDS,
    speed: PIXELS_A_SECOND,
    gestureSourceType: 'mouse',
  })
  return watched
}

/**
 * In the page: photos are pictures that are drawn, wherever they come from. They fill the window when one is near its end; a row is a band
 * of the window as high as rows lie apart, and blank while no drawn photo reaches into it.
 */
const watching = `(() => {
  const LEAST = 40
  const near = 12
  const photos = () => [...document.images]
    .map(image => ({ image, box: image.getBoundingClientRect() }))
    .filter(({ box }) => box.height >= LEAST && box.width >= LEAST && box.bottom > 0 && box.top < innerHeight)
  const isDrawn = ({ image }) => image.complete && image.naturalWidth > 0
  const grid = { first: undefined }
  globalThis.grid = grid
  const pitchOf = seen => {
    const tops = [...new Set(seen.map(({ box }) => Math.round(box.top)))].sort((a, b) => a - b)
    const steps = tops.slice(1).map((top, i) => top - tops[i]).filter(step => step > LEAST).sort((a, b) => a - b)
    return steps[Math.floor(steps.length / 2)] ?? LEAST
  }
  const waitForFirst = () => {
    const seen = photos()
    const isFull = seen.length >= near && Math.max(...seen.map(({ box }) => box.bottom)) > innerHeight - pitchOf(seen)
    if (isFull && seen.every(isDrawn)) grid.first = performance.now()
    else requestAnimationFrame(waitForFirst)
  }
  requestAnimationFrame(waitForFirst)
  grid.watch = ms => new Promise(done => {
    const begin = photos()
    const top = begin.length === 0 ? innerHeight : Math.max(0, Math.min(...begin.map(({ box }) => box.top)))
    const pitch = pitchOf(begin)
    const bands = Math.floor((innerHeight - top) / pitch)
    const blankSince = new Array(bands).fill(undefined)
    const start = performance.now()
    let frames = 0
    let blank = 0
    const look = now => {
      frames++
      const drawn = photos().filter(isDrawn)
      for (let i = 0; i < bands; i++) {
        const [from, to] = [top + i * pitch, top + (i + 1) * pitch]
        if (drawn.some(({ box }) => box.bottom > from && box.top < to)) blankSince[i] = undefined
        else blankSince[i] ??= now
        if (blankSince[i] !== undefined) blank = Math.max(blank, now - blankSince[i])
      }
      if (now - start < ms) requestAnimationFrame(look)
      else done({ frames: (1000 * frames) / (now - start), blank })
    }
    requestAnimationFrame(look)
  })
})()`

/** Private memory of the process that draws the page (Linux): the largest of the browser's renderers. */
async function memoryOf(browser: Browser, page: Page): Promise<number> {
  await page.waitForTimeout(500)
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  const renderers = processInfo.filter(({ type }) => type === 'renderer')
  return Math.max(...renderers.map(({ id }) => privateMb(id)))
}

function privateMb(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    const parts = [...text.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB/gm)]
    return parts.reduce((sum, [, kb]) => sum + Number(kb), 0) / 1024
  } catch {
    return Number.NaN
  }
}
