// Photos collected through the page of `chiquito studio`, out of a server of the test's own that answers as Openverse does.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PhotosAnswer } from '../src/studio/api/photos.js'
import { noBrowser, unless } from './support/browser.js'
import { suiteFolder } from './support/chiquito.js'
import { answerPhoto, openversePage } from './support/collect/photo-host.js'
import { drawing } from './support/photos.js'
import { serve, type TestServer } from './support/server.js'
import { closeBrowserAfter, openPage, type RunningStudio, startStudio } from './support/studio.js'

const pages = ['metadata.jsonl', 'ATTRIBUTION.md', 'ATTRIBUTION.html']

describe.skipIf(noBrowser)(unless(noBrowser, 'collecting at the studio'), () => {
  const folder = suiteFolder()
  const dir = path.join(folder, 'work')
  const at = (...names: string[]) => path.join(dir, 'photos', ...names)
  const photosIn = (label: string) =>
    existsSync(at(label)) ? readdirSync(at(label)).filter(name => name.endsWith('.jpg')) : []
  const credits = () => pages.map(name => readFileSync(at('panda', name), 'utf8'))
  /** Photos are held back until the test has seen the first of them. */
  let go: () => void
  let server: TestServer
  let studio: RunningStudio
  closeBrowserAfter()
  beforeAll(async () => {
    const isSeen = new Promise<void>(resolve => {
      go = resolve
    })
    server = await serve(async (request, response) => {
      const target = request.url ?? ''
      const photos = Array.from({ length: 40 }, (_, i) => `${server.address}/photo/${i}.jpg`)
      if (target.startsWith('/v1/images/')) return void response.end(openversePage(request, photos))
      if (Number(/\d+/.exec(target.slice(6))) > 5) await isSeen
      if (!(await answerPhoto(request, response))) response.writeHead(404).end()
    }, afterAll)
    studio = await startStudio(dir, [], { CHIQUITO_SOURCES: `openverse=${server.address}` })
  })
  afterAll(() => studio.stop())

  const ids = async () => {
    const { id, path } = await studio.json<PhotosAnswer>('/api/photos')
    return new Map(path.map((name, i) => [name.split('/').at(-1), id[i]]))
  }

  it('searches under the licences that are asked for, and shows the photos as they come', async () => {
    const { page, complaints, close } = await openPage(studio)
    await page.getByRole('button', { name: 'Search the web' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('What to look for').fill('red panda')
    await dialog.getByLabel('Class').fill('panda')
    await dialog.getByLabel('How many').fill('12')
    await dialog.getByText('may be used commercially').click()
    await dialog.getByText('may be changed').click()
    await dialog.getByRole('button', { name: 'Search' }).click()
    const job = page.locator('.gathering-job', { hasText: 'Searching photos for panda' })
    // Under way still: the rest waits for this.
    await job.locator('.strip img').first().waitFor()
    await expect
      .poll(() => job.locator('.strip img').evaluateAll(images => images.every(one => one.naturalWidth > 0)))
      .toBe(true)
    expect(await job.getByRole('button', { name: 'Stop' }).count()).toBe(1)
    go()
    await job.getByText('12 photos came of it').waitFor()
    await page.locator('[data-class=panda]').getByText('12 photos').waitFor()
    const asked = server.requests.find(({ path }) => path.includes('/v1/images/'))?.path ?? ''
    expect(asked).toMatch(/license_type=commercial%2Cmodification|license_type=commercial,modification/)
    // Whatever the source answers: of its five licences, three allow both.
    const rows = readFileSync(at('panda/metadata.jsonl'), 'utf8').trim().split('\n')
    const licences = rows.map(line => JSON.parse(line).license)
    expect([...new Set(licences)].toSorted()).toEqual(['by 4.0', 'by-sa 4.0', 'cc0 4.0'])
    await job.getByText(/were not taken/).click()
    await job
      .getByText(/licence/)
      .first()
      .waitFor()
    expect(complaints).toEqual([])
    await close()
  })

  it('keeps addresses of photos, open views and the way back when a second class comes', async () => {
    const before = await ids()
    const { page, complaints, close } = await openPage(studio, { hash: '#/clean?class=panda' })
    await tiles(page, 12)
    await page.locator('[role=gridcell]').nth(1).focus()
    await page.keyboard.press('k')
    await page.locator('.tile-kept').waitFor()
    await page.keyboard.press('Space')
    const name = await page.getByRole('dialog').getByRole('heading').textContent()
    const body = await drawing('ball', 1)
    await studio.json('/api/upload?label=ball&name=1.png', { method: 'POST', body })
    await expect.poll(async () => (await ids()).size).toBe(13)
    // The large photo is the same one, and so are all ids.
    expect(await page.getByRole('dialog').getByRole('heading').textContent()).toBe(name)
    const after = await ids()
    for (const [photo, id] of before) expect(after.get(photo), photo).toBe(id)
    await page.keyboard.press('Escape')
    await tiles(page, 12)
    await page.locator('.tile-kept').waitFor()
    expect(existsSync(at('panda/journal.jsonl'))).toBe(false)
    await page.getByRole('button', { name: /^Undo: it is right/ }).click()
    await page.locator('.tile-kept').waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
    await close()
  })

  it('takes the licence line of a photo that is set aside, and puts it back where it stood', async () => {
    const before = credits()
    const { page, close } = await openPage(studio, { hash: '#/clean?class=panda' })
    await tiles(page, 12)
    await page.locator('[role=gridcell]').nth(3).focus()
    await page.keyboard.press('Shift+ArrowRight')
    await page.keyboard.press('x')
    await expect.poll(() => photosIn('panda').length).toBe(10)
    const gone = before[0]
      .trim()
      .split('\n')
      .map(line => JSON.parse(line).file_name)
      .filter(name => !photosIn('panda').includes(name))
    expect(gone).toHaveLength(2)
    await expect.poll(() => credits().some(page => gone.some(name => page.includes(name)))).toBe(false)
    await tiles(page, 10)
    // Something else is done meanwhile, so that it is no undo.
    await page.locator('[role=gridcell]').first().focus()
    await page.keyboard.press('k')
    await page.locator('.tile-kept').waitFor()
    await page.getByRole('link', { name: 'Set aside 2' }).click()
    await page.getByRole('button', { name: 'Bring all back' }).click()
    await expect.poll(() => photosIn('panda').length).toBe(12)
    await expect.poll(() => credits().slice(1)).toEqual(before.slice(1))
    expect(credits()[0].split('\n').toSorted()).toEqual(before[0].split('\n').toSorted())
    await close()
  })
})

async function tiles(page: Page, count: number): Promise<void> {
  await expect.poll(() => page.locator('[role=gridcell]').count()).toBe(count)
}
