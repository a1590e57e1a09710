// A `chiquito studio` of its own for tests, and its page in Chromium.
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, expect } from 'vitest'
import type { Job } from '../../src/studio/api/jobs.js'
import type { StudioStarted } from '../../src/studio/index.js'
import { fakeCamera, launchChromium } from './browser.js'
import { type Lasting, lasting } from './lasting.js'

/** A studio that listens. */
export interface RunningStudio extends Lasting<StudioStarted> {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string
  readonly token: string
  /** Asks it as its page does. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** The answer as JSON; the test fails where it is a problem. */
  json<T>(path: string, init?: RequestInit): Promise<T>
  post<T>(path: string, body?: unknown): Promise<T>
}

/** Starts `chiquito studio DIR` on a free port; the test stops it. */
export async function startStudio(
  dir: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<RunningStudio> {
  const studio = await lasting<StudioStarted>(['studio', dir, '--port', '0', '--no-open', ...args], env)
  const { origin, searchParams } = new URL(studio.started.address)
  const token = searchParams.get('token') ?? ''
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${origin}${path}`, {
      ...init,
      headers: { ...init.headers, authorization: `Bearer ${token}` },
    })
  const json = async <T>(path: string, init?: RequestInit): Promise<T> => {
    const response = await ask(path, init)
    const text = await response.text()
    expect(response.ok, text).toBe(true)
    return JSON.parse(text)
  }
  return {
    ...studio,
    origin,
    token,
    fetch: ask,
    json,
    post: (path, body = {}) =>
      json(path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
  }
}

/** The job once it is over; the test fails where it did not do what it was to do. */
export async function jobDone(studio: RunningStudio, { id }: Pick<Job, 'id'>): Promise<Job> {
  for (;;) {
    const { jobs } = await studio.json<{ jobs: readonly Job[] }>('/api/jobs')
    const job = jobs.find(one => one.id === id)
    expect(job?.state, job?.error?.message).toMatch(/^(waiting|running|done)$/)
    if (job?.state === 'done') return job
    await new Promise(resolve => setTimeout(resolve, 200))
  }
}

/** A page of the studio, and what it said that it should not have. */
export interface StudioPage {
  readonly page: Page
  readonly context: BrowserContext
  /** Errors of scripts, what the content policy refused, and failed requests other than those that tests expect. */
  readonly complaints: string[]
  close(): Promise<void>
}

export interface PageSettings {
  readonly width?: number
  readonly height?: number
  readonly language?: string
  readonly theme?: 'light' | 'dark'
  /** Where to go, such as `#/clean`. */
  readonly hash?: string
  /** What the camera sees: an MJPEG file; Chromium's own picture by default. */
  readonly camera?: string
}

/** By the film that their camera shows. */
const browsers = new Map<string | undefined, Browser>()

async function browserWith(camera: string | undefined): Promise<Browser> {
  const browser =
    browsers.get(camera) ??
    (await launchChromium(
      ...fakeCamera,
      ...(camera === undefined ? [] : [`--use-file-for-fake-video-capture=${camera}`]),
    ))
  browsers.set(camera, browser)
  return browser
}

/** Keeps what the page says in passing: it is gone again in seconds, which is less than a busy machine takes to look. */
const keepToasts = `
  globalThis.toasts = []
  new MutationObserver(changes => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes)
        if (node instanceof Element && node.classList.contains('toast'))
          globalThis.toasts.push(node.querySelector('span').textContent)
  }).observe(document, { childList: true, subtree: true })
`

/** Waits until a page has said this in passing. */
export async function toasted(page: Page, said: string): Promise<void> {
  await expect
    .poll(async () => (await page.evaluate<string[]>('globalThis.toasts')).join('\n'))
    .toContain(said)
}

/** Opens a tab at the address that the studio printed; Chromium ends with the tests of the file. */
export async function openPage(studio: RunningStudio, settings: PageSettings = {}): Promise<StudioPage> {
  const { width = 1280, height = 900, language = 'en', theme = 'light', hash = '', camera } = settings
  const browser = await browserWith(camera)
  const context = await browser.newContext({
    viewport: { width, height },
    locale: language,
    colorScheme: theme,
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  await context.addInitScript(keepToasts)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', message => {
    if (message.type() !== 'error' && message.type() !== 'warning') return
    complaints.push(`${message.text()} ${new URL(message.location().url || 'about:blank').pathname}`.trim())
  })
  page.on('pageerror', error => complaints.push(error.message))
  await page.goto(`${studio.started.address}${hash}`)
  await page.waitForSelector('header nav')
  return { page, context, complaints, close: () => context.close() }
}

/** Drops files and folders of this machine on an element: the browser reads them, as it does for a hand. */
export async function dropFiles(page: Page, selector: string, files: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const drag = (type: 'dragEnter' | 'dragOver' | 'dragCancel' | 'drop', [x, y]: readonly number[]) =>
    session.send('Input.dispatchDragEvent', {
      ...{ type, x, y },
      data: { items: [], files: [...files], dragOperationsMask: 1 },
    })
  // A hand sees where the page moves what it aims at, and follows.
  await expect
    .poll(async () => {
      const box = await page.locator(selector).boundingBox()
      const at = [Math.round((box?.x ?? 0) + 30), Math.round((box?.y ?? 0) + 30)]
      await drag('dragEnter', at)
      await drag('dragOver', at)
      const isThere = await page.evaluate(`Boolean(document.elementFromPoint(${at})?.closest('${selector}'))`)
      await drag(isThere ? 'drop' : 'dragCancel', at)
      return isThere
    })
    .toBe(true)
  await session.detach()
}

/** To be called once in a file that opens pages. */
export function closeBrowserAfter(): void {
  afterAll(async () => {
    for (const browser of browsers.values()) await browser.close()
    browsers.clear()
  })
}
