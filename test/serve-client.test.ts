// `chiquito/client`, in Node and in a browser on a page of another origin, and the page that `chiquito serve` has itself.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { probabilityText } from '../src/core/index.js'
import { ChiquitoClient, ChiquitoProblem, isAnswered } from '../src/serve/client.js'
import { launchChromium, noBrowser, unless } from './support/browser.js'
import { suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawing } from './support/photos.js'
import { serve } from './support/server.js'
import { type Serving, serving, trainedModel } from './support/serving.js'

const folder = suiteFolder()
const token = 'a-token-of-some-length'
const script = '<img src=x onerror=alert(1)>'
let model = ''
let server: Serving
let photo: Buffer
const client = (options = {}) => new ChiquitoClient(server.address, { token, ...options })

beforeAll(async () => {
  model = await trainedModel(folder, { labels: [script, 'wave'] })
  server = await serving(model, ['--max-photos', '3'], { CHIQUITO_TOKEN: token })
  photo = await drawing('ball', 60)
  writeTree({ [`photos/${script.replaceAll('/', '')}.png`]: photo, 'photos/text.png': 'no photo' }, folder)
})

afterAll(() => server?.stop())

describe('the client', () => {
  it('judges photos of every form, in their order', async () => {
    const bytes = new Uint8Array(photo)
    const { photos } = await client().predict([
      { data: bytes, name: 'a.png' },
      new Blob([bytes]),
      bytes.buffer,
    ])
    expect(photos.filter(isAnswered).map(({ name, label }) => [name, label])).toEqual([
      ['a.png', script],
      ['photo', script],
      ['photo', script],
    ])
    const named = await client().predict(new File([bytes], 'of a disk.png'))
    expect(named.photos[0].name).toBe('of a disk.png')
  })

  it('tells of photos that are none beside others', async () => {
    const { photos } = await client().predict([photo, { data: new Uint8Array([1, 2]), name: 'b' }])
    expect(photos.map(isAnswered)).toEqual([true, false])
  })

  it('knows the model', async () => {
    expect(await client().model()).toMatchObject({ labels: [script, 'wave'], limits: { photos: 3 } })
  })

  it('throws problems that say what they are', async () => {
    const problem = async (asked: Promise<unknown>) => {
      const error: unknown = await asked.catch(thrown => thrown)
      if (!(error instanceof ChiquitoProblem)) throw new Error(`no problem: ${error}`)
      return error
    }
    expect(await problem(client({ token: undefined }).model())).toMatchObject({
      status: 401,
      kind: 'unauthorized',
    })
    expect(await problem(client().predict([photo, photo, photo, photo]))).toMatchObject({
      status: 413,
      kind: 'too-many-photos',
    })
    expect(await problem(client().predict(new Uint8Array([1])))).toMatchObject({
      status: 422,
      kind: 'unreadable-photo',
    })
    expect(await problem(client().predict({ url: 'https://example.org/' }))).toMatchObject({
      status: 403,
      kind: 'addresses-off',
    })
    const none = await problem(client().predict([new Uint8Array([1]), new Uint8Array([2])]))
    expect(none.photos).toHaveLength(2)
    const { address } = await serve(
      (_request, response) => void response.writeHead(502).end('<h1>Bad gateway'),
    )
    const other = await problem(new ChiquitoClient(address).model())
    expect(other).toMatchObject({ status: 502, kind: undefined, message: expect.stringMatching(/502/) })
    const page = await serve((_request, response) => void response.end('hello'))
    expect((await problem(new ChiquitoClient(page.address).model())).message).toMatch(/no chiquito serve/)
  })

  it.each([
    ['127.0.0.1:8000', /one like http:\/\/127\.0\.0\.1:8000, but is "127\.0\.0\.1:8000"/],
    ['localhost:8000', /one like http:/],
    ['', /but is ""/],
  ])('says that %j is no address of a server', (url, message) => {
    expect(() => new ChiquitoClient(url)).toThrow(message)
  })

  it.each<[unknown, RegExp]>([
    ['photo.jpg', /but is the text "photo\.jpg"\. A file of the disk is read first/],
    [[new Uint8Array([1]), 'photo.jpg'], /but is the text "photo\.jpg"/],
    [undefined, /but is \[object Undefined\]/],
    [{ data: 'photo.jpg' }, /\{ data, name \}/],
    [[{ url: 3 }], /\{ url \}/],
    [new URL('https://example.org/cat.jpg'), /but is \[object URL\]/],
  ])('says that %s is no photo', async (given, message) => {
    // As programs without types call it.
    await expect(Reflect.apply(client().predict, client(), [given])).rejects.toThrow(message)
  })

  it('gives up when it is told to', async () => {
    const signal = AbortSignal.abort()
    await expect(client().predict(photo, { signal })).rejects.toThrow(/abort/i)
    // Also in the middle of an answer: nobody says that the server is another one then.
    const stalled = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 }).write('{"id":')
      setTimeout(() => controller.abort(), 50)
    })
    const controller = new AbortController()
    const asked = new ChiquitoClient(stalled.address).model({ signal: controller.signal })
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('takes an address with a path, whatever is behind it', async () => {
    const { address, requests } = await serve((_request, response) => void response.end('{}'))
    for (const base of ['/models/', '/models?x#y', '/models//'])
      await new ChiquitoClient(address + base).model().catch(() => undefined)
    expect(requests.map(({ path }) => path)).toEqual(Array(3).fill('/models/v1/model'))
  })
})

describe.skipIf(noBrowser)(unless(noBrowser, 'in a browser'), () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser?.close())

  async function open(address: string): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage()
    const complaints: string[] = []
    page.on('console', message => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', error => complaints.push(error.message))
    page.on('dialog', dialog => {
      complaints.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    await page.goto(address)
    return { page, complaints }
  }

  /** Not by a function that is asked again and again: what the page may do forbids its evaluation. */
  const titled = (page: Page) => page.locator('#title', { hasText: 'wave' }).waitFor()

  it('the page asks for the token, judges what is chosen, and shows labels and names as text', async () => {
    const { page, complaints } = await open(server.address)
    await page.fill('#token', token)
    await page.click('#key button')
    await titled(page)
    expect(await page.textContent('#title')).toBe(`${script} or wave?`)
    const file = path.join(folder, 'photos', `${script}.png`)
    await page.setInputFiles('#files', [file, path.join(folder, 'photos/text.png')])
    await page.waitForSelector('#answers li:nth-child(2)')
    expect(await page.textContent('#answers li:first-child .name')).toBe(`${script}.png`)
    expect(await page.textContent('#answers li:first-child .bar span')).toBe(script)
    const [shown] = (await client().predict([readFileSync(file)])).photos
    const sure = isAnswered(shown) ? Math.max(...Object.values(shown.probabilities)) : Number.NaN
    const told = (await page.textContent('#answers li:first-child .bar output'))?.replace('\u00a0', ' ')
    expect(told).toBe(probabilityText(sure))
    expect(await page.textContent('#answers li:nth-child(2)')).toMatch(/Not judged.*text\.png.*Not an image/)
    // The first question is refused for want of a token, as it should be; nothing else is amiss, nothing ran.
    expect(complaints.filter(text => !/401/.test(text))).toEqual([])
    await page.close()
  })

  it('the page sends many photos in as many requests as they need', async () => {
    const own = await serving(model, ['--max-body', '0.3'])
    const { page, complaints } = await open(own.address)
    await titled(page)
    const large = await drawing('ball', 61, { side: 220 })
    expect(large.length).toBeGreaterThan(100_000)
    const files = ['a.png', 'b.png', 'c.png', 'd.png', 'e.png'].map(name => ({
      name,
      mimeType: 'image/png',
      buffer: large,
    }))
    files.splice(2, 0, { name: 'huge.png', mimeType: 'image/png', buffer: Buffer.alloc(400_000) })
    await page.setInputFiles('#files', files)
    await page.waitForSelector('#answers li:nth-child(6)')
    const told = await page.$$eval('#answers li', items => items.map(item => item.textContent))
    expect(told.map(text => /Not judged/.test(text ?? ''))).toEqual([false, false, true, false, false, false])
    expect(told[2]).toMatch(
      /huge\.pngThe file is larger than this server takes: 0\.4\sMB, and at most 0\.3\sMB/,
    )
    expect(complaints).toEqual([])
    await Promise.all([page.close(), own.stop()])
  })

  it('the client runs on a page that the server was told to let', async () => {
    const files = new Map(
      ['client.js', 'problem-kinds.js'].map(name => [
        `/${name}`,
        readFileSync(path.join('dist/serve', name)),
      ]),
    )
    const { address } = await serve((request, response) => {
      const found = files.get(request.url ?? '')
      if (found) response.setHeader('content-type', 'text/javascript').end(found)
      else
        response.setHeader('content-type', 'text/html').end('<!doctype html><link rel="icon" href="data:,">')
    })
    const friendly = await serving(model, ['--allow-origin', address], { CHIQUITO_TOKEN: token })
    const { page } = await open(address)
    const ask = (to: string) =>
      page.evaluate(`(async () => {
        const { ChiquitoClient } = await import('/client.js')
        const bytes = Uint8Array.from(atob('${photo.toString('base64')}'), sign => sign.charCodeAt(0))
        const client = new ChiquitoClient('${to}', { token: '${token}' })
        return (await client.predict(bytes)).photos[0].label
      })().catch(error => 'refused: ' + error.message)`)
    expect(await ask(friendly.address)).toBe(script)
    expect(await ask(server.address)).toMatch(/^refused/)
    await Promise.all([page.close(), friendly.stop()])
  })
})

it('the built client needs nothing but itself', () => {
  const built = readFileSync('dist/serve/client.js', 'utf8')
  expect(existsSync('dist/serve/client.d.ts')).toBe(true)
  expect([...built.matchAll(/\bfrom '([^']+)'/g)].map(([, name]) => name)).toEqual(['./problem-kinds.js'])
})
