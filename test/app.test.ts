// What `chiquito app` writes, as somebody who opens it has it: in Chromium, also without a network.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { probabilityText } from '../src/core/index.js'
import type { AppResult, PredictResult } from '../src/index.js'
import { kept, type OpenOptions, openApp, verdictOn } from './support/app-page.js'
import { chromiumPath, fakeCamera, launchChromium } from './support/browser.js'
import { chiquito, documentOf, suiteFolder } from './support/chiquito.js'
import { withOtherBit } from './support/damaged-model.js'
import { type StaticSite, serveFolders } from './support/static-site.js'
import { trainOnDrawings } from './support/web-model.js'
import { webPhotos } from './support/web-photos.js'

describe.skipIf(!existsSync(chromiumPath))(
  'an exported page (skipped without Chromium; CHROMIUM names another path)',
  () => {
    const folder = suiteFolder()
    const site = path.join(folder, 'site')
    let run: string
    let told: AppResult
    let browser: Browser
    let host: StaticSite

    beforeAll(async () => {
      run = await trainOnDrawings(folder)
      told = documentOf<AppResult>(
        await chiquito([
          'app',
          run,
          '--out',
          site,
          '--yes',
          'Hot dog!',
          '--no',
          '<b>No</b> "hot dog"',
          '--json',
        ]),
      )
      browser = await launchChromium(...fakeCamera)
      host = await serveFolders({ '/': site, '/deep/': site })
    })
    afterAll(async () => {
      host?.close()
      await browser?.close()
    })

    const open = (address: string, options?: OpenOptions) => openApp(browser, address, options)

    it('is small, and says how much a visit fetches', () => {
      expect(told.precision).toBe('float16')
      expect(told.title).toBe('Hot dog')
      expect(told.download.compressed).toBeLessThan(12e6)
      const bytes = readdirSync(site).reduce(
        (sum, name) => sum + readFileSync(path.join(site, name)).length,
        0,
      )
      expect(told.download.raw).toBeLessThan(bytes)
      expect(told.download.raw).toBeGreaterThan(told.download.compressed)
    })

    it.each([
      ['a phone', { isMobile: true, hasTouch: true }, 'Tap here to choose a photo'],
      ['a computer', {}, 'Drop or paste a photo here'],
    ])(
      'asks for the first photo as one gives it on %s, and takes it where it asks',
      async (_kind, screen, words) => {
        const context = await browser.newContext({
          locale: 'en-GB',
          viewport: { width: 390, height: 844 },
          ...screen,
        })
        const page = await context.newPage()
        await page.goto(host.address)
        await page.locator('body[data-checked]').waitFor()
        expect(await page.locator('#invitation').innerText()).toBe(words)
        const [chooser] = await Promise.all([
          page.waitForEvent('filechooser'),
          page.locator('#invitation').click(),
        ])
        await chooser.setFiles(path.join(folder, 'photos/hot_dog/3.png'))
        await page.locator('#verdict[data-verdict]').waitFor()
        expect(await page.locator('#invitation').isVisible()).toBe(false)
        await context.close()
      },
    )

    it('without a network, says of photos of all kinds what predict says', async () => {
      const photos = await webPhotos()
      const place = path.join(folder, 'kinds')
      mkdirSync(place)
      for (const { name, bytes } of photos) writeFileSync(path.join(place, name), bytes)
      const predicted = await chiquito(['predict', path.join(site, told.modelFile), place, '--json'])
      const { predictions, unreadable } = documentOf<PredictResult>(predicted)
      expect(unreadable).toEqual([])
      const own = await serveFolders({ '/': site })
      const { page, complaints } = await open(own.address)
      await kept(page)
      own.close()
      await page.reload()
      await page.locator('body[data-checked=yes]').waitFor()
      expect(await page.evaluate('crossOriginIsolated')).toBe(true)
      for (const { name, tolerance } of photos) {
        const expected = predictions.find(one => path.basename(one.path) === name)
        const verdict = await verdictOn(page, path.join(place, name))
        expect({ name, label: verdict.label, abstained: verdict.abstained }).toEqual({
          name,
          label: expected?.label,
          abstained: expected?.abstained,
        })
        for (const [k, probability] of verdict.probabilities.entries())
          expect(Math.abs(probability - (expected?.probabilities[k] ?? Number.NaN)), name).toBeLessThan(
            tolerance,
          )
      }
      // Between the two drawings, so that a difference could be seen.
      const sure = predictions.filter(one => Math.max(...one.probabilities) > 0.9999)
      expect(sure.length).toBeLessThan(photos.length / 2)
      expect(complaints).toEqual([])
      await page.context().close()
    })

    it('shows the person’s own words as text, and asks no other host for anything', async () => {
      const { page, complaints } = await open(host.address)
      const strangers: string[] = []
      page.on('request', request => {
        if (!/^(blob:|data:)/.test(request.url()) && !request.url().startsWith(host.address))
          strangers.push(request.url())
      })
      await verdictOn(page, path.join(folder, 'photos/hot_dog/1.png'))
      expect(await page.locator('#word').textContent()).toBe('Hot dog!')
      await verdictOn(page, path.join(folder, 'photos/not_hot_dog/1.png'))
      expect(await page.locator('#word').textContent()).toBe('<b>No</b> "hot dog"')
      expect(await page.locator('#spoken').textContent()).toContain('<b>No</b>')
      const refused = await page.evaluate<string>(
        "fetch('https://example.org/').then(() => 'answered', () => 'refused')",
      )
      expect(refused).toBe('refused')
      expect(strangers).toEqual([])
      expect(complaints.filter(one => !/Content Security Policy|example\.org/.test(one))).toEqual([])
      await page.context().close()
    })

    it('has no serious fault for who cannot see it or has no mouse, and fits from 320 to 1920 pixels', async () => {
      const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
      const faults = async (page: Page) => {
        await page.evaluate(axe)
        return page.evaluate<string[]>(`axe.run().then(({ violations }) => violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => id + ' ' + nodes.map(node => node.target).join(' ')))`)
      }
      for (const [locale, scheme] of [
        ['en', 'light'],
        ['es', 'dark'],
      ] as const) {
        const { page } = await open(host.address, { locale, colorScheme: scheme })
        expect(await faults(page)).toEqual([])
        await verdictOn(page, path.join(folder, 'photos/hot_dog/1.png'))
        await page.locator('#photo-tools:not([hidden])').waitFor()
        expect(await faults(page)).toEqual([])
        for (const width of [320, 390, 768, 1280, 1920]) {
          await page.setViewportSize({ width, height: 640 })
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
        }
        const focused: string[] = []
        for (let i = 0; i < 5; i++) {
          await page.keyboard.press('Tab')
          focused.push(
            await page.evaluate<string>('document.activeElement.id || document.activeElement.tagName'),
          )
        }
        expect(focused).toEqual(['why', 'share', 'file', 'camera', 'SUMMARY'])
        await page.context().close()
      }
    })

    it('takes what is pasted, dropped, or shared by another app', async () => {
      const { page } = await open(host.address)
      await kept(page)
      await page.setInputFiles('#file', path.join(folder, 'photos/hot_dog/3.png'))
      const shown = async () => page.locator('#verdict[data-verdict]').getAttribute('data-verdict')
      const chosen = await shown()
      const bytes = readFileSync(path.join(folder, 'photos/hot_dog/3.png')).toString('base64')
      const transfer = `(() => {
      const data = new DataTransfer()
      const bytes = Uint8Array.from(atob('${bytes}'), sign => sign.charCodeAt(0))
      data.items.add(new File([bytes], 'x.png', { type: 'image/png' }))
      return data
    })()`
      for (const event of [
        `new ClipboardEvent('paste', { clipboardData: ${transfer}, bubbles: true })`,
        `new DragEvent('drop', { dataTransfer: ${transfer}, bubbles: true, cancelable: true })`,
      ]) {
        await page.evaluate("delete document.getElementById('verdict').dataset.verdict")
        await page.evaluate(`document.body.dispatchEvent(${event}) && undefined`)
        expect(await shown()).toBe(chosen)
      }
      await page.evaluate(`(async () => {
      if (!navigator.serviceWorker.controller)
        await new Promise(done => navigator.serviceWorker.addEventListener('controllerchange', done))
      const form = new FormData()
      form.append('picture', ${transfer}.files[0])
      await fetch('share', { method: 'POST', body: form })
    })()`)
      await page.goto(`${host.address}/?shared`)
      expect(await shown()).toBe(chosen)
      expect(page.url()).toBe(`${host.address}/`)
      await page.context().close()
    })

    it('tells probabilities as predict does', async () => {
      const { page } = await open(host.address)
      const photo = path.join(folder, 'photos/hot_dog/2.png')
      const verdict = await verdictOn(page, photo)
      const { stdout } = await chiquito(['predict', path.join(site, told.modelFile), photo])
      const [, shown] = /(>?\d+\.\d) %/.exec(stdout) ?? []
      expect(shown).toBe(probabilityText(Math.max(...verdict.probabilities)).replace(' %', ''))
      expect(await page.locator('#note').textContent()).toBe(`${shown}% sure`)
      await page.context().close()
    })

    it('says what it needs where scripts are off', async () => {
      const context = await browser.newContext({ javaScriptEnabled: false })
      const page = await context.newPage()
      await page.goto(host.address)
      expect(await page.locator('header').textContent()).toMatch(/needs JavaScript.*necesita JavaScript/s)
      await context.close()
    })

    it('says why, by one tap', async () => {
      const { page } = await open(host.address)
      await verdictOn(page, path.join(folder, 'photos/hot_dog/2.png'))
      await page.click('#why')
      await page.locator('#heat:not([hidden])').waitFor()
      const coloured = await page.evaluate<number>(`(() => {
      const heat = document.getElementById('heat')
      const { data } = heat.getContext('2d').getImageData(0, 0, heat.width, heat.height)
      return data.filter((value, i) => i % 4 === 3 && value > 100).length
    })()`)
      expect(coloured).toBeGreaterThan(50)
      // The map adds up to log-odds, which are above 0: more spoke for it, in the blue of every explanation.
      const [blue, orange] = await page.evaluate<[number, number]>(`(() => {
      const heat = document.getElementById('heat')
      const { data } = heat.getContext('2d').getImageData(0, 0, heat.width, heat.height)
      const sums = [0, 0]
      for (let i = 0; i < data.length; i += 4) sums[data[i + 2] > data[i] ? 0 : 1] += data[i + 3]
      return sums
    })()`)
      expect(blue).toBeGreaterThan(orange)
      await page.click('#why')
      expect(await page.locator('#heat').isVisible()).toBe(false)
      await page.context().close()
    })

    it('speaks Spanish to who does, in a folder of the host, and takes what is no photo with a reason', async () => {
      const { page } = await open(`${host.address}/deep/`, {
        locale: 'es-MX',
        colorScheme: 'dark',
      })
      expect(await page.evaluate('document.documentElement.lang')).toBe('es')
      expect(await page.locator('label[for=file]').textContent()).toBe('Elegir una foto')
      const wrong = path.join(folder, '<img src=x onerror=alert(1)>.jpg')
      writeFileSync(wrong, 'no photo')
      await verdictOn(page, path.join(folder, 'photos/hot_dog/1.png'))
      expect(await page.locator('#spoken').textContent()).toContain('Hot dog!')
      await page.setInputFiles('#file', wrong)
      await page.locator('#trouble:not([hidden])').waitFor()
      expect(await page.locator('#trouble').textContent()).toContain(
        '<img src=x onerror=alert(1)>.jpg: No es una imagen que lean los navegadores (JPEG, PNG, WebP, AVIF, GIF, BMP)',
      )
      expect(await page.locator('#spoken').textContent()).toBe('')
      expect(await page.locator('#trouble img').count()).toBe(0)
      await page.context().close()
    })

    it('says what it loads, and how much of how much', async () => {
      const page = await (await browser.newContext({ locale: 'es' })).newPage()
      let send = () => {}
      const sent = new Promise<void>(resolve => {
        send = resolve
      })
      await page.route(/\.packed$/, async route => {
        await sent
        await route.continue()
      })
      await page.goto(host.address, { waitUntil: 'commit' })
      await page.locator('#loading', { hasText: /^Cargando el modelo: 0,0 \/ \d,\d MB$/ }).waitFor()
      send()
      await page.locator('body[data-checked=yes]').waitFor()
      expect(await page.locator('#loading').isVisible()).toBe(false)
      await page.context().close()
    })

    it('can be installed, as Lighthouse used to check', async () => {
      const own = await serveFolders({ '/': site })
      const { page } = await open(own.address)
      await kept(page)
      const browserSays = await page.context().newCDPSession(page)
      const { installabilityErrors } = await browserSays.send('Page.getInstallabilityErrors')
      // Windows of tests are private ones, from which nothing is installed.
      expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual(['in-incognito'])
      const { errors, data } = await browserSays.send('Page.getAppManifest')
      expect(errors).toEqual([])
      const manifest = JSON.parse(data ?? '')
      expect(manifest).toMatchObject({ name: 'Hot dog', short_name: 'Hot dog', display: 'standalone' })
      expect(Object.keys(manifest)).toEqual(expect.arrayContaining(['theme_color', 'background_color']))
      const icons: { src: string; sizes: string; purpose?: string }[] = manifest.icons
      for (const [sizes, purpose] of [['192x192'], ['512x512'], ['512x512', 'maskable']] as const) {
        const icon = icons.find(one => one.sizes === sizes && one.purpose === purpose)
        const { width, height } = await sharp(path.join(site, icon?.src ?? '')).metadata()
        expect(`${width}x${height}`).toBe(sizes)
      }
      const start = new URL(manifest.start_url, own.address).href
      await page.reload()
      expect(await page.evaluate('navigator.serviceWorker.controller?.scriptURL')).toBe(`${start}sw.js`)
      const linked = (selector: string, name: string) => page.locator(selector).getAttribute(name)
      expect(await linked('meta[name=viewport]', 'content')).toContain('width=device-width')
      const apple = (await linked('link[rel=apple-touch-icon]', 'href')) ?? ''
      expect(await sharp(path.join(site, apple)).metadata()).toMatchObject({ width: 180, height: 180 })
      expect(await page.evaluate('isSecureContext')).toBe(true)
      own.close()
      expect((await page.goto(start))?.status()).toBe(200)
      await page.context().close()
    })

    it('names a saved picture by what it shows', async () => {
      const { page } = await open(host.address)
      for (const [photo, name] of [
        ['hot_dog', 'hot-dog.jpg'],
        ['not_hot_dog', 'hot-dog-b-no-b-hot-dog.jpg'],
      ]) {
        await verdictOn(page, path.join(folder, `photos/${photo}/1.png`))
        const [saved] = await Promise.all([page.waitForEvent('download'), page.click('#share')])
        expect(saved.suggestedFilename()).toBe(name)
      }
      await page.context().close()
    })

    it('follows a camera with verdicts that change', async () => {
      const { page } = await open(host.address)
      await page.click('#camera')
      const frames = async () => Number(await page.evaluate("document.body.dataset.frames ?? '0'"))
      await expect.poll(frames).toBeGreaterThan(3)
      const first = await page.locator('#verdict').getAttribute('data-verdict')
      await expect.poll(() => page.locator('#verdict').getAttribute('data-verdict')).not.toBe(first)
      await page.click('#snap')
      await page.locator('#photo-tools:not([hidden])').waitFor()
      expect(await page.locator('#video').isVisible()).toBe(false)
      await page.context().close()
    })

    it('says so where the model no longer answers as it did', async () => {
      const damaged = path.join(folder, 'damaged')
      cpSync(site, damaged, { recursive: true })
      const model = path.join(damaged, told.modelFile)
      const bytes = readFileSync(model)
      const [packed] = readdirSync(damaged).filter(name => name.endsWith('.packed'))
      // A label's probability, as the metadata have it.
      const at = bytes.indexOf('"probabilities":[') + '"probabilities":['.length
      bytes.write('0.5', at)
      // As of a model that does not say what its metadata were: what is changed shows by the photos alone.
      bytes.write('x', bytes.indexOf('chiquito.metadata'))
      // What is not packed is taken as it is.
      writeFileSync(path.join(damaged, packed), bytes)
      const own = await serveFolders({ '/': damaged })
      const { page } = await open(own.address)
      expect(await page.locator('#checked').textContent()).toMatch(/Self-check failed/)
      await page.context().close()
      // Damage that no golden photo shows.
      writeFileSync(path.join(damaged, packed), withOtherBit(readFileSync(path.join(site, told.modelFile))))
      const { page: other } = await open(own.address)
      expect(await other.locator('#trouble').textContent()).toMatch(
        /^The file of the model is damaged, or is another one\. \(.* its graph or its weights are no longer the same/,
      )
      await other.context().close()
      own.close()
    })

    it('learns of a newer model while it is open', async () => {
      const place = path.join(folder, 'updated')
      cpSync(site, place, { recursive: true })
      const own = await serveFolders({ '/': place })
      const { page } = await open(own.address)
      await kept(page)
      const before = await page.evaluate('document.title')
      const again = await chiquito([
        'app',
        run,
        '--out',
        place,
        '--precision',
        'float32',
        '--title',
        'Newer',
        '--json',
      ])
      const newer = documentOf<AppResult>(again)
      expect(newer.version).not.toBe(told.version)
      await page.evaluate('navigator.serviceWorker.getRegistration().then(one => one.update())')
      await page.locator('#update:not([hidden])').waitFor()
      expect(await page.evaluate('document.title')).toBe(before)
      await page.click('#reload')
      await page.locator('h1', { hasText: 'Newer' }).waitFor()
      await page.locator('body[data-checked=yes]').waitFor()
      // Only what is new was fetched, and the runtime compressed: by the page, and by its service worker.
      const runtime = own.asked.filter(one => /simd-threaded/.test(one) && !one.endsWith('.mjs'))
      expect(new Set(runtime.map(one => path.extname(one)))).toEqual(new Set(['.gz']))
      expect(runtime.length).toBeLessThanOrEqual(2)
      await page.context().close()
      own.close()
    })
  },
)
