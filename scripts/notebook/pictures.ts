import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import sharp from 'sharp'
import { serveFolders } from '../../test/support/static-site.js'

/** Good enough for charts and pages, and a third of a PNG. */
const WEBP_QUALITY = 82
const PHONE = { width: 390, height: 760 }
/** Wide enough for the tables of a report. */
const PAGE = { width: 1000, height: 800 }

const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** Makes the pictures of a page out of what its commands left in a folder. */
export class Pictures {
  private constructor(
    private readonly browser: Browser,
    private readonly file: (name: string) => string,
  ) {}

  /** @param file - the path of a file that commands left */
  static async open(file: (name: string) => string): Promise<Pictures> {
    const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] })
    return new Pictures(browser, file)
  }

  /**
   * `copy FILE`; `part FILE SELECTOR` of a page; `app FOLDER PHOTO`, what an exported page says of it on a phone.
   *
   * @throws Error for another word
   */
  async make(out: string, [word, ...rest]: readonly string[]): Promise<void> {
    mkdirSync(path.dirname(out), { recursive: true })
    if (word === 'copy') copyFileSync(this.file(rest[0]), out)
    else if (word === 'part') await this.part(out, rest[0], rest.slice(1).join(' '))
    else if (word === 'app') await this.app(out, rest[0], rest[1])
    else throw new Error(`there is no picture "${word}": copy, part or app`)
  }

  async close(): Promise<void> {
    await this.browser.close()
  }

  private async part(out: string, name: string, selector: string): Promise<void> {
    const page = await this.browser.newPage({ viewport: PAGE, deviceScaleFactor: 2 })
    await page.goto(pathToFileURL(this.file(name)).href)
    await writeWebp(out, await page.locator(selector).first().screenshot())
    await page.close()
  }

  private async app(out: string, folder: string, photo: string): Promise<void> {
    const host = await serveFolders({ '/': this.file(folder) })
    const context = await this.browser.newContext({ viewport: PHONE, deviceScaleFactor: 2, locale: 'en-GB' })
    const page = await context.newPage()
    try {
      await page.goto(host.address)
      await page.locator('body[data-checked]').waitFor()
      await page.setInputFiles('#file', this.file(photo))
      await page.locator('#verdict[data-verdict]').waitFor()
      await shownWhole(page)
      await writeWebp(out, await page.screenshot())
    } finally {
      await context.close()
      host.close()
    }
  }
}

/** Pictures drawn, and nothing that still moves. */
async function shownWhole(page: Page): Promise<void> {
  await page.evaluate(
    'Promise.all([...document.images].map(one => one.decode().catch(() => undefined))).then(() => Promise.all(document.getAnimations().map(one => one.finished.catch(() => undefined))))',
  )
}

async function writeWebp(out: string, png: Buffer): Promise<void> {
  writeFileSync(out, await sharp(png).webp({ quality: WEBP_QUALITY }).toBuffer())
}
