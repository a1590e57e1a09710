// *Ship*: a model tried, made into an app, taken away; through the page in Chromium and over HTTP.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PredictResult } from '../src/actions/predict.js'
import { probabilityText } from '../src/core/index.js'
import { train } from '../src/index.js'
import type { ModelAnswer } from '../src/studio/api/ship.js'
import { seriousFaults } from './support/axe.js'
import { noBrowser, unless } from './support/browser.js'
import { chiquito, documentOf, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { checkers, drawing, drawings } from './support/photos.js'
import { pythonWith } from './support/python.js'
import { serveFolders } from './support/static-site.js'
import { closeBrowserAfter, dropFiles, openPage, type RunningStudio, startStudio } from './support/studio.js'

const root = path.resolve(import.meta.dirname, '..')
const HOSTILE = '<img src=x onerror=alert(1)>'

describe.skipIf(noBrowser)(unless(noBrowser, 'the studio ships a model'), () => {
  const folder = suiteFolder()
  const dir = path.join(folder, 'work')
  const asked = path.join(folder, 'asked')
  const at = (name: string) => path.join(asked, name)
  let studio: RunningStudio
  closeBrowserAfter()

  beforeAll(async () => {
    writeTree(
      {
        ...(await drawings('photos/hot_dog', 'ball', 24)),
        ...(await drawings('photos/not_hot_dog', 'wave', 24)),
      },
      dir,
    )
    const out = path.join(dir, 'runs/first')
    await train({ data: path.join(dir, 'photos'), out, size: 96, threads: 1, fineTune: 'never' })
    writeTree(
      {
        'ball.png': await drawing('ball', 401),
        'wave.jpg': await drawing('wave', 402, { format: 'jpeg' }),
        'unlike.png': await checkers(),
        'letter.png': 'Dear Sir or Madam',
      },
      asked,
    )
    studio = await startStudio(dir)
  })
  afterAll(() => studio?.stop())

  const open = async (settings: Parameters<typeof openPage>[1] = {}) => {
    const opened = await openPage(studio, { hash: '#/ship', ...settings })
    await opened.page.locator('.try').waitFor()
    return opened
  }
  /** Waits for a verdict in these words. */
  const says = (page: Page, text: string) =>
    page.locator('.verdict-word').getByText(text, { exact: true }).waitFor()
  const choose = (page: Page, name: string) => page.setInputFiles('.try input[type=file]', at(name))

  it('says of a file what predict says, neither included, and why on one tap', async () => {
    const told = await chiquito([
      'predict',
      path.join(dir, 'runs/first'),
      at('ball.png'),
      at('unlike.png'),
      '--json',
    ])
    const [ball, unlike] = documentOf<PredictResult>(told).predictions
    const { page, complaints, close } = await open()
    await choose(page, 'ball.png')
    await says(page, ball.label)
    const sure = probabilityText(Math.max(...ball.probabilities)).replace(' ', '')
    expect(await page.locator('.verdict-note').textContent()).toContain(sure)
    await page.getByRole('button', { name: 'Why?' }).click()
    await page.getByAltText('What spoke for').waitFor()
    expect(unlike.abstained).toBe(true)
    await choose(page, 'unlike.png')
    await says(page, 'Neither')
    expect(complaints).toEqual([])
    await choose(page, 'letter.png')
    await page.getByRole('alert').waitFor()
    await close()
  })

  it('takes a photo from the clipboard, by dropping, and from the camera', async () => {
    const { page, close } = await open({ language: 'es' })
    const bytes = readFileSync(at('wave.jpg')).toString('base64')
    await page.evaluate(`(() => {
      const clipboardData = new DataTransfer()
      const bytes = Uint8Array.from(atob('${bytes}'), sign => sign.charCodeAt(0))
      clipboardData.items.add(new File([bytes], 'x.jpg', { type: 'image/jpeg' }))
      document.dispatchEvent(new ClipboardEvent('paste', { clipboardData }))
    })()`)
    await says(page, 'not_hot_dog')
    await choose(page, 'unlike.png')
    await says(page, 'Ninguno')
    await dropFiles(page, '.try-photo', [at('wave.jpg')])
    await says(page, 'not_hot_dog')
    await page.getByRole('button', { name: 'Cámara', exact: true }).click()
    // Chromium's own picture of a camera: a disc on green.
    const width = () => page.evaluate<number>("document.querySelector('video')?.videoWidth ?? 0")
    await expect.poll(width).toBeGreaterThan(0)
    await page.locator('.verdict-note').waitFor()
    await page.getByRole('button', { name: 'Parar la cámara' }).click()
    await page.locator('video').waitFor({ state: 'detached' })
    await close()
  })

  it('makes the app and shows it in a frame that judges, asks nobody else and leaves no service worker', async () => {
    const { page, close } = await open()
    await page.getByLabel('What it says of “hot_dog”', { exact: true }).fill(HOSTILE)
    await page.getByRole('button', { name: 'Make the app' }).click()
    const frame = page.frameLocator('iframe')
    await frame.locator('body[data-checked=yes]').waitFor()
    await frame.locator('#file').setInputFiles(at('ball.png'))
    await frame.locator('#word').getByText(HOSTILE, { exact: true }).waitFor()
    expect(await page.locator('section', { has: page.locator('iframe') }).textContent()).toMatch(
      /fetches \d+\.\d MB/,
    )
    const registered = 'navigator.serviceWorker.getRegistrations().then(all => all.length)'
    expect(await page.evaluate<number>(registered)).toBe(0)
    const { app } = await studio.json<ModelAnswer>('/api/runs/first/model')
    expect(app).toMatchObject({ folder: path.join(dir, 'apps/first'), isCurrent: true })
    expect(existsSync(path.join(dir, 'apps/first/index.html'))).toBe(true)
    await close()
  })

  it('gives lines that run as they are copied: TypeScript, Python, a web page, a server', async () => {
    const place = path.join(folder, 'copied')
    mkdirSync(path.join(place, 'node_modules'), { recursive: true })
    symlinkSync(root, path.join(place, 'node_modules/chiquito'))
    const { page, close } = await open()
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: /Download model\.onnx/ }).click()
    await (await download).saveAs(path.join(place, 'model.onnx'))
    expect(
      readFileSync(path.join(place, 'model.onnx')).equals(
        readFileSync(path.join(dir, 'runs/first/model.onnx')),
      ),
    ).toBe(true)
    const copied = async (kind: string) => {
      await page.getByRole('tab', { name: kind }).click()
      await page.evaluate(`navigator.clipboard.writeText('')`)
      await page.getByRole('button', { name: `Copy: ${kind}` }).click()
      const held = () => page.evaluate<string>('navigator.clipboard.readText()')
      await expect.poll(held).not.toBe('')
      return held()
    }
    writeFileSync(path.join(place, 'classify.mjs'), await copied('TypeScript'))
    const run = (program: string, args: string[]) =>
      execFileSync(program, args, { cwd: place, encoding: 'utf8' }).trim()
    expect(run(process.execPath, ['classify.mjs', at('ball.png')])).toMatch(/ball\.png hot_dog [01]\.\d\d$/)
    expect(run(process.execPath, ['classify.mjs', at('unlike.png')])).toMatch(/unlike\.png neither/)

    writeFileSync(path.join(place, 'classify.py'), await copied('Python'))
    const python = pythonWith('onnxruntime', 'PIL', 'numpy')
    if (python !== undefined) {
      expect(run(python, ['classify.py', at('ball.png')])).toMatch(/^hot_dog [01]\.\d\d$/)
      expect(run(python, ['classify.py', at('unlike.png')])).toBe('neither')
    }

    writeFileSync(path.join(place, 'index.html'), await copied('Web page'))
    const host = await serveFolders({ '/': place })
    const visitor = await page.context().newPage()
    await visitor.goto(host.address)
    await visitor.waitForFunction("document.querySelector('input').onchange !== null")
    await visitor.setInputFiles('input', at('ball.png'))
    await visitor
      .locator('output')
      .getByText(/^hot_dog [01]\.\d\d$/)
      .waitFor()
    await visitor.close()
    host.close()

    const [serve] = (await copied('Server')).split('\n')
    expect(serve).toBe(`npx chiquito serve ${path.join(dir, 'runs/first')}`)
    await close()
  })

  it('writes other forms as jobs, and shows the model card as text', async () => {
    const { page, complaints, close } = await open()
    await page.getByRole('radio', { name: /Hugging Face/ }).check({ force: true })
    await page.getByRole('button', { name: 'Make', exact: true }).click()
    await page.getByText('Written to').waitFor()
    expect(existsSync(path.join(dir, 'exports/first-huggingface/config.json'))).toBe(true)
    const card = readFileSync(path.join(dir, 'runs/first/MODEL_CARD.md'), 'utf8')
    expect(await (await studio.fetch('/api/runs/first/card')).text()).toBe(card)
    const [, heading = ''] = /^# (.+)$/m.exec(card) ?? []
    // Pages long: folded until somebody wants it.
    expect(await page.locator('.card-text').count()).toBe(0)
    await page.getByText('Read it here').click()
    await page
      .locator('.card-text')
      .getByRole('heading', { name: heading.replaceAll('\\', '') })
      .waitFor()
    // Of the app in the frame: a machine without a graphics processor, and a service worker that it is not to have.
    expect(complaints.filter(one => !/No available adapters|\(404\)/.test(one))).toEqual([])
    await close()
  })

  it('serves nothing outside its folders, and refuses what is no photo, too large, or asked without the token', async () => {
    writeFileSync(path.join(dir, 'secret.html'), 'secret')
    mkdirSync(path.join(dir, 'apps/first'), { recursive: true })
    symlinkSync(path.join(dir, 'secret.html'), path.join(dir, 'apps/first/link.html'))
    for (const place of [
      '/preview/first/link.html',
      '/preview/first/%2e%2e/%2e%2e/secret.html',
      '/preview/first/..%2f..%2fsecret.html',
      '/preview/..%2f/secret.html',
      '/preview/%2e%2e/secret.html',
      '/api/runs/..%2f..%2f/model',
      '/api/runs/nobody/model',
      '/api/runs/nobody/model.onnx',
      '/preview/first/.hidden',
      '/preview/first/sw.js',
    ]) {
      const response = await studio.fetch(place)
      expect(response.status, place).toBe(404)
      expect(await response.text(), place).not.toContain('secret')
    }
    const photo = readFileSync(at('ball.png'))
    const post = (headers: Record<string, string>, body: Uint8Array<ArrayBuffer> | string) =>
      fetch(`${studio.origin}/api/runs/first/predict`, { method: 'POST', headers, body })
    expect((await post({}, new Uint8Array(photo))).status).toBe(401)
    const authorization = `Bearer ${studio.token}`
    expect((await post({ authorization }, 'no photo')).status).toBe(422)
    expect((await post({ authorization }, new Uint8Array(70 * 1024 * 1024))).status).toBe(413)
    expect((await post({ authorization, origin: 'https://example.org' }, new Uint8Array(photo))).status).toBe(
      403,
    )
    const wrong = await studio.fetch('/api/runs/first/app', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ title: 'x', out: '/tmp/elsewhere' }),
    })
    expect(wrong.status).toBe(422)
  })

  it('has no serious fault for who cannot see it, in both themes and languages, and fits from 360 to 1920 pixels', async () => {
    for (const [language, theme] of [
      ['en', 'light'],
      ['es', 'dark'],
    ] as const) {
      const { page, close } = await open({ language, theme })
      await choose(page, 'ball.png')
      await says(page, 'hot_dog')
      await page.locator('.card-fold summary').click()
      await page.locator('.card-text[lang=en]').waitFor()
      expect(await seriousFaults(page)).toEqual([])
      for (const width of [360, 390, 768, 1440, 1920]) {
        await page.setViewportSize({ width, height: 800 })
        await expect
          .poll(() => page.evaluate('document.documentElement.scrollWidth'))
          .toBeLessThanOrEqual(width)
      }
      await close()
    }
  })
})
