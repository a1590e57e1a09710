import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { checkoutRoot } from '../support/process.js'

/** Its first start makes a database. */
const START_SECONDS = 300
const user = { email: 'bench@example.org', password: 'bench-bench' }
/** Tasks in one request. */
const AT_ONCE = 1000
/** Photos in a row, about as many as ours has in a window of that width. */
const COLUMNS = 8

/** The program: `LABEL_STUDIO`, or that of a Python of its own in `.cache`. Undefined where there is none. */
export function findLabelStudio(): string | undefined {
  const given = process.env.LABEL_STUDIO
  if (given) return given
  const found = path.join(checkoutRoot(), '.cache/label-studio/bin/label-studio')
  return existsSync(found) ? found : undefined
}

export const noLabelStudio =
  'no Label Studio to compare with: python3 -m venv .cache/label-studio && .cache/label-studio/bin/pip install label-studio, or name the program in LABEL_STUDIO'

/** Label Studio with photos of this machine in a grid. */
export class LabelStudio {
  private constructor(
    private readonly child: ChildProcess,
    private readonly address: string,
    /** Where the grid is. */
    readonly grid: string,
    private readonly cookies: Awaited<ReturnType<BrowserContext['cookies']>>,
  ) {}

  /** @param photos - paths in `folder` */
  static async start(
    program: string,
    browser: Browser,
    { folder, photos, home, port }: { folder: string; photos: readonly string[]; home: string; port: number },
  ): Promise<LabelStudio> {
    mkdirSync(path.join(home, 'data'), { recursive: true })
    mkdirSync(path.join(home, 'root'))
    symlinkSync(folder, path.join(home, 'root/photos'))
    const args = ['start', '--no-browser', '--internal-host', '127.0.0.1', '--port', String(port)]
    const child = spawn(program, [...args, '--username', user.email, '--password', user.password], {
      stdio: 'ignore',
      env: {
        ...process.env,
        LABEL_STUDIO_BASE_DATA_DIR: path.join(home, 'data'),
        LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED: 'true',
        LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT: path.join(home, 'root'),
        COLLECT_ANALYTICS: 'false',
        LATEST_VERSION_CHECK: 'false',
        SENTRY_DSN: '',
        FRONTEND_SENTRY_DSN: '',
      },
    })
    const address = `http://127.0.0.1:${port}`
    try {
      await answers(address, child)
      const context = await browser.newContext()
      const page = await context.newPage()
      await enter(page, address)
      const grid = await project(page, address, path.join(home, 'root/photos'), photos)
      const cookies = await context.cookies()
      await context.close()
      return new LabelStudio(child, address, grid, cookies)
    } catch (error) {
      child.kill('SIGKILL')
      throw error
    }
  }

  /** Lets a context in. */
  async admit(context: BrowserContext): Promise<void> {
    await context.addCookies(this.cookies)
    // What every page of it loads is in its cache, as for somebody at work.
    const page = await context.newPage()
    await page.goto(`${this.address}/projects`)
    await page.close()
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return
    const gone = new Promise(resolve => this.child.once('exit', resolve))
    this.child.kill('SIGKILL')
    await gone
  }
}

async function answers(address: string, child: ChildProcess): Promise<void> {
  const until = performance.now() + START_SECONDS * 1000
  while (performance.now() < until) {
    if (child.exitCode !== null) throw new Error(`Label Studio ended with ${child.exitCode}`)
    const response = await fetch(`${address}/user/login/`).catch(() => undefined)
    if (response?.ok) return
    await pause(500)
  }
  throw new Error(`Label Studio does not answer within ${START_SECONDS} s`)
}

async function enter(page: Page, address: string): Promise<void> {
  await page.goto(`${address}/user/login/`, { timeout: 120_000 })
  await page.fill('input[name=email]', user.email)
  await page.fill('input[name=password]', user.password)
  await page.click('button[type=submit], input[type=submit]')
  await page.waitForURL(({ pathname }) => !pathname.includes('login'), { timeout: 120_000 })
}

const CONFIG =
  '<View><Image name="image" value="$image"/><Choices name="c" toName="image"><Choice value="a"/><Choice value="b"/></Choices></View>'

/** A project with all photos, and the address of its grid. */
async function project(
  page: Page,
  address: string,
  folder: string,
  photos: readonly string[],
): Promise<string> {
  const id = await posted(page, '/api/projects/', { title: 'grid', label_config: CONFIG })
  await posted(page, '/api/storages/localfiles/', {
    project: id,
    title: 'photos',
    path: folder,
    use_blob_urls: true,
  })
  for (let i = 0; i < photos.length; i += AT_ONCE) {
    const tasks = photos
      .slice(i, i + AT_ONCE)
      .map(photo => ({ data: { image: `/data/local-files/?d=photos/${photo}` } }))
    await posted(page, `/api/projects/${id}/import`, tasks)
  }
  const tab = await posted(page, `/api/dm/views?project=${id}`, {
    project: id,
    data: { title: 'Grid', type: 'grid', gridWidth: COLUMNS },
  })
  return `${address}/projects/${id}/data?tab=${tab}`
}

/** Asks it for something as its page does; the id of what was made. */
function posted(page: Page, place: string, body: unknown): Promise<number | undefined> {
  const text = JSON.stringify(JSON.stringify(body))
  return page.evaluate<number | undefined>(`(async () => {
    const csrf = /csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? ''
    const headers = { 'content-type': 'application/json', 'x-csrftoken': csrf }
    const response = await fetch(${JSON.stringify(place)}, { method: 'POST', headers, body: ${text} })
    if (!response.ok) throw new Error(response.url + ': ' + response.status + ' ' + (await response.text()))
    return (await response.json()).id
  })()`)
}
