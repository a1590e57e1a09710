// What people do with an exported page besides showing it a photo: in Chromium.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AppResult } from '../src/index.js'
import { kept, openApp, verdictOn } from './support/app-page.js'
import { chromiumPath, fakeCamera, launchChromium } from './support/browser.js'
import { chiquito, documentOf, suiteFolder } from './support/chiquito.js'
import { type StaticSite, serveFolders } from './support/static-site.js'
import { trainOnDrawings } from './support/web-model.js'

const LONG_WORDS = 'Of this here nobody would ever say that it is what the page was made to look for'
const HEBREW = 'שלום עולם!'

describe.skipIf(!existsSync(chromiumPath))(
  'an exported page in use (skipped without Chromium; CHROMIUM names another path)',
  () => {
    const folder = suiteFolder()
    const site = path.join(folder, 'site')
    const drawn = (name: string) => path.join(folder, 'photos', name)
    const made = (name: string) => path.join(folder, name)
    let run: string
    let browser: Browser
    let host: StaticSite

    beforeAll(async () => {
      run = await trainOnDrawings(folder)
      const words = ['--yes', HEBREW, '--no', LONG_WORDS]
      await chiquito(['app', run, '--out', site, ...words, '--quiet'])
      mkdirSync(path.join(site, 'blog'))
      writeFileSync(path.join(site, 'blog/index.html'), '<h1>A blog</h1>')
      browser = await launchChromium(...fakeCamera)
      host = await serveFolders({ '/': site, '/blog/': path.join(site, 'blog') })
    })
    afterAll(async () => {
      host?.close()
      await browser?.close()
    })

    /** Red, green or blue at the left, the right, above and below, whichever is strongest; the size before it. */
    function picture(page: Page): Promise<string> {
      return page.evaluate<string>(`(() => {
        const canvas = document.getElementById('picture')
        const at = (x, y) => {
          const [...rgb] = canvas.getContext('2d').getImageData(canvas.width * x, canvas.height * y, 1, 1).data.slice(0, 3)
          return 'rgb'[rgb.indexOf(Math.max(...rgb))]
        }
        const places = [[.1, .5], [.9, .5], [.5, .1], [.5, .9]].map(([x, y]) => at(x, y)).join('')
        return (canvas.hidden ? 'hidden ' : '') + canvas.width + 'x' + canvas.height + ' ' + places
      })()`)
    }

    async function halves(left: string, right: string) {
      const half = { width: 200, height: 300, channels: 3 } as const
      const input = await sharp({ create: { ...half, background: right } })
        .png()
        .toBuffer()
      return sharp({ create: { ...half, width: 400, background: left } }).composite([
        { input, left: 200, top: 0 },
      ])
    }

    it('shows the photo that it judges, upright, also where a browser shows none, or one on its side', async () => {
      const { page } = await openApp(browser, host.address)
      writeFileSync(made('whole.png'), await (await halves('#f00', '#00f')).png().toBuffer())
      const jpeg = await (await halves('#0f0', '#f00')).jpeg().toBuffer()
      writeFileSync(made('without-end-mark.jpg'), jpeg.subarray(0, -2))
      await verdictOn(page, made('whole.png'))
      expect(await picture(page)).toBe('400x300 rbbb')
      await verdictOn(page, made('without-end-mark.jpg'))
      expect(await picture(page)).toBe('400x300 grrr')
      // Each of the eight ways to lie, as sharp turns them.
      for (let orientation = 1; orientation <= 8; orientation++) {
        const corners = await sharp(await (await halves('#f00', '#00f')).png().toBuffer())
          .composite([
            {
              input: { create: { width: 400, height: 80, channels: 3, background: '#0f0' } },
              left: 0,
              top: 0,
            },
          ])
          .withMetadata({ orientation })
          .webp({ lossless: true })
          .toBuffer()
        writeFileSync(made('turned.webp'), corners)
        const upright = sharp(await sharp(corners).autoOrient().png().toBuffer()).removeAlpha()
        const { data, info } = await upright.raw().toBuffer({ resolveWithObject: true })
        const at = (x: number, y: number) => {
          const from = (Math.floor(info.height * y) * info.width + Math.floor(info.width * x)) * 3
          const rgb = [...data.subarray(from, from + 3)]
          return 'rgb'[rgb.indexOf(Math.max(...rgb))]
        }
        const places = [at(0.1, 0.5), at(0.9, 0.5), at(0.5, 0.1), at(0.5, 0.9)].join('')
        await verdictOn(page, made('turned.webp'))
        expect(`${orientation}: ${await picture(page)}`).toBe(
          `${orientation}: ${info.width}x${info.height} ${places}`,
        )
      }
      await page.context().close()
    })

    it('lets a camera go that comes when nobody wants it any more, and says so where one stops by itself', async () => {
      const { page } = await openApp(browser, host.address)
      await page.evaluate(`(() => {
        const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
        globalThis.tracks = []
        globalThis.allow = []
        navigator.mediaDevices.getUserMedia = async wanted => {
          await new Promise(allowed => allow.push(allowed))
          const stream = await ask(wanted)
          tracks.push(...stream.getTracks())
          return stream
        }
      })()`)
      const allow = () => page.evaluate('allow.splice(0).forEach(allowed => allowed())')
      const states = () => page.evaluate<string>("tracks.map(track => track.readyState).join(' ')")
      // While the browser asks its user, a photo is chosen.
      await page.click('#camera')
      await verdictOn(page, drawn('hot_dog/1.png'))
      await allow()
      await expect.poll(states).toBe('ended')
      expect(await page.locator('#picture').isVisible()).toBe(true)
      // The same button takes the question back.
      await page.click('#camera')
      await page.click('#camera')
      expect(await page.locator('#invitation').isVisible()).toBe(true)
      await allow()
      await expect.poll(states).toBe('ended ended')
      expect(await page.locator('#video').isVisible()).toBe(false)
      await page.click('#camera')
      await allow()
      await expect.poll(states).toBe('ended ended live')
      await page.locator('#verdict[data-verdict]').waitFor()
      await page.evaluate("tracks.at(-1).dispatchEvent(new Event('ended'))")
      expect(await page.locator('#trouble').textContent()).toBe('The camera has stopped.')
      expect(await page.locator('#video').isVisible()).toBe(false)
      expect(await states()).toBe('ended ended ended')
      await page.context().close()
    })

    it('leaves other pages of its folder alone', async () => {
      const { page } = await openApp(browser, host.address)
      await kept(page)
      await page.reload()
      await page.locator('body[data-checked]').waitFor()
      await page.goto(`${host.address}/blog/`)
      expect(await page.locator('h1').textContent()).toBe('A blog')
      await page.goto(`${host.address}/index.html?from=there`)
      expect(await page.evaluate('navigator.serviceWorker.controller !== null')).toBe(true)
      expect(await page.locator('h1').textContent()).toBe('Hot dog')
      await page.context().close()
    })

    it('has words of any script at their own end, long ones in letters that can be read, and its verdict in sight', async () => {
      const { page } = await openApp(browser, host.address)
      await verdictOn(page, drawn('hot_dog/1.png'))
      expect(await page.locator('#word').textContent()).toBe(HEBREW)
      expect(await page.evaluate("getComputedStyle(document.getElementById('word')).direction")).toBe('rtl')
      // A phone held sideways.
      await page.setViewportSize({ width: 844, height: 390 })
      const box = await page.locator('#verdict').boundingBox()
      expect((box?.y ?? 390) + (box?.height ?? 0)).toBeLessThan(390)
      await verdictOn(page, drawn('not_hot_dog/1.png'))
      expect(await page.locator('#word').textContent()).toBe(LONG_WORDS)
      const [saved] = await Promise.all([page.waitForEvent('download'), page.click('#share')])
      const { data, info } = await sharp(await saved.path())
        .greyscale()
        .raw()
        .toBuffer({ resolveWithObject: true })
      const band = info.height - 300
      const inked = (y: number) =>
        data.subarray(y * info.width, (y + 1) * info.width).some(grey => grey < 110)
      const rows = Array.from({ length: 180 }, (_, i) => inked(band + i))
      // On several lines, of which one alone would have 20 rows.
      expect(rows.filter(Boolean).length).toBeGreaterThan(60)
      await page.context().close()
    })

    it('says in the visitor’s language that there is no model, also to who turns the camera on', async () => {
      const broken = path.join(folder, 'broken')
      cpSync(site, broken, { recursive: true })
      const [packed] = readdirSync(broken).filter(name => name.endsWith('.packed'))
      writeFileSync(path.join(broken, packed), Buffer.alloc(1000, 7))
      const own = await serveFolders({ '/': broken })
      const { page } = await openApp(browser, own.address, { locale: 'es' })
      const told = () => page.locator('#trouble:not([hidden])').textContent()
      expect(await told()).toContain('El archivo del modelo está dañado o es otro. (')
      await page.click('#camera')
      expect(await told()).toContain('El archivo del modelo está dañado o es otro. (')
      expect(await page.locator('#video').isVisible()).toBe(false)
      await page.setInputFiles('#file', drawn('hot_dog/1.png'))
      expect(await told()).toContain('El archivo del modelo está dañado o es otro. (')
      await page.context().close()
      own.close()
    })

    it('takes a newer model by itself only where nothing is lost by that; files of other people stay', async () => {
      const place = path.join(folder, 'updated')
      const other = path.join(place, 'photo-0123456789.jpg')
      const again = async (title: string, precision: string) => {
        const options = ['--title', title, '--precision', precision, '--json']
        return documentOf<AppResult>(await chiquito(['app', run, '--out', place, ...options]))
      }
      const first = await again('First', 'float16')
      writeFileSync(other, 'mine')
      const long = new Date(Date.now() - 1e9)
      utimesSync(other, long, long)
      const own = await serveFolders({ '/': place })
      const { page } = await openApp(browser, own.address)
      await kept(page)
      await verdictOn(page, drawn('hot_dog/1.png'))
      await again('Second', 'float32')
      expect(readFileSync(other, 'utf8')).toBe('mine')
      expect(readdirSync(place)).toContain(first.modelFile)
      // As a phone that shows its photos, or sends one.
      const hide = (isHidden: boolean) =>
        page.evaluate(`(() => {
          Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true })
          document.dispatchEvent(new Event('visibilitychange'))
        })()`)
      await hide(true)
      await page.evaluate('navigator.serviceWorker.getRegistration().then(one => one.update())')
      await page.locator('#update:not([hidden])').waitFor()
      await hide(false)
      await hide(true)
      expect(await page.locator('h1').textContent()).toBe('First')
      expect(await page.locator('#verdict[data-verdict]').count()).toBe(1)
      // Nothing but the invitation is shown.
      await page.click('#camera')
      await page.click('#camera')
      await hide(false)
      await hide(true)
      await page.locator('h1', { hasText: 'Second' }).waitFor()
      await page.context().close()
      own.close()
    })
  },
)
