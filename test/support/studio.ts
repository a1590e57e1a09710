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

/** Drops files and folders of this machine on an element, as a hand does. */
export async function dropFiles(page: Page, selector: string, files: readonly string[]): Promise<void> {
  await page.waitForSelector(selector)
  const box = await page.locator(selector).boundingBox()
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: [...files], dragOperationsMask: 1 }
  const at = { x: (box?.x ?? 0) + 40, y: (box?.y ?? 0) + 40 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, ...at, data })
  await session.detach()
}

/** To be called once in a file that opens pages. */
export function closeBrowserAfter(): void {
  afterAll(async () => {
    for (const browser of browsers.values()) await browser.close()
    browsers.clear()
  })
}
