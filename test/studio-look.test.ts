// Train and Look through the page, as somebody works with it: a model, its mistakes photo by photo, a label mended, a second run beside it.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Job } from '../src/studio/api/jobs.js'
import { seriousFaults } from './support/axe.js'
import { noBrowser, unless } from './support/browser.js'
import { suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawing, drawings } from './support/photos.js'
import { LEARNING, standstillAt } from './support/standstill.js'
import {
  closeBrowserAfter,
  jobDone,
  openPage,
  type RunningStudio,
  startStudio,
  toasted,
} from './support/studio.js'

/** A wave among the balls: a wrong label, in a file whose name is a trap for pages. */
const trap = '<img src=x onerror=alert(1)>.png'

async function photos() {
  return {
    ...(await drawings('train/ball', 'ball', 12)),
    ...(await drawings('train/wave', 'wave', 12)),
    ...(await drawings('valid/ball', 'ball', 8, { from: 101 })),
    ...(await drawings('valid/wave', 'wave', 8, { from: 101 })),
    [`valid/ball/${trap}`]: await drawing('wave', 301),
  }
}

/** What a run came to, but for how long it took. */
function figuresOf(dir: string, run: string) {
  const file = path.join(dir, '.chiquito/runs', run, 'metrics.json')
  const { accuracy, confusion, calibration, evaluation } = JSON.parse(readFileSync(file, 'utf8'))
  return { accuracy, confusion, calibration, evaluation }
}

/** Asks for a quick training at few pixels, by the form. */
async function train(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name: 'Train', exact: true }).click()
  await page.getByText('Quick', { exact: true }).click()
  if (!(await page.getByLabel('Pixels it looks at').isVisible())) await page.getByText('More choices').click()
  await page.getByLabel('Name of the run').fill(name)
  await page.getByLabel('Pixels it looks at').fill('96')
  await page.getByRole('button', { name: /^Train/ }).click()
}

/** What the server answers from now on comes to the page only once it is let go. */
async function heldAnswers(page: Page, address: string) {
  let letGo = () => {}
  const isLetGo = new Promise<void>(resolve => {
    letGo = resolve
  })
  const given: Promise<void>[] = []
  await page.route(address, async route => {
    const response = await route.fetch()
    given.push(isLetGo.then(() => route.fulfill({ response })))
  })
  return {
    there: () => given.length,
    async letGo() {
      letGo()
      await Promise.all(given)
      await page.unroute(address)
    },
  }
}

const runCard = (page: Page, name: string) => page.locator('.run', { hasText: name })

describe.skipIf(noBrowser)(unless(noBrowser, 'Train and Look'), () => {
  const folder = suiteFolder()
  const dir = path.join(folder, 'drawings')
  const learning = standstillAt(path.join(folder, 'halt'), LEARNING)
  let studio: RunningStudio
  closeBrowserAfter()
  beforeAll(async () => {
    writeTree(await photos(), dir)
    studio = await startStudio(dir, [], learning.env)
  })
  afterAll(async () => {
    await studio.stop()
  })

  it('trains, shows what is mistaken for what, and why', async () => {
    const { page, complaints, close } = await openPage(studio, { hash: '#/look' })
    await page.getByRole('link', { name: 'Train a model' }).click()
    // Each way says before it is begun how long it takes.
    await page.locator('.way-time').nth(3).waitFor()
    for (const time of await page.locator('.way-time').allTextContents())
      expect(time).toMatch(/^(about )?\d+ (seconds?|minutes?)( to \d+ (seconds?|minutes?))?$/)
    await train(page, 'first')
    await runCard(page, 'first').getByRole('link', { name: 'Look at it' }).click()
    await page.getByRole('heading', { name: '94 % right answers' }).waitFor()
    await page.getByText('16 of 17 photos it had not learnt from').waitFor()
    await page.getByRole('button', { name: '8 photos of wave, recognised' }).waitFor()
    await page.getByRole('button', { name: '1 photo of ball, taken for wave' }).press('Enter')
    await page.getByRole('button', { name: `valid/ball/${trap}: wrongly taken for wave` }).press('Enter')
    const dialog = page.getByRole('dialog', { name: trap })
    await dialog.getByText('1 of 1').waitFor()
    await page.keyboard.press('w')
    await dialog.getByText('Blue spoke for its answer, orange against it.').waitFor()
    const width = await dialog
      .getByRole('img', { name: 'What decided' })
      .evaluate<number, { readonly naturalWidth: number }>(image => image.naturalWidth)
    expect(width).toBeGreaterThan(100)
    await page.keyboard.press('Escape')
    // Moving the line saves mistakes and costs answers, told as it moves.
    const sure = page.getByRole('slider', { name: 'Answers from a probability of' })
    await sure.press('End')
    await page.getByText(/^Kept back: [01] mistakes?, and \d+ right answers?$/).waitFor()
    await sure.press('Home')
    await page.getByText('17 of 17 answered').waitFor()
    expect(complaints).toEqual([])
    await close()
  })

  it('says whether the difference of two runs is noise', async () => {
    const { page, complaints, close } = await openPage(studio)
    await train(page, 'second')
    await runCard(page, 'second').waitFor()
    await runCard(page, 'first').getByRole('link', { name: 'Compare with the newest' }).click()
    await page.getByText('Both are right and wrong on the very same photos').waitFor()
    expect(complaints.filter(text => !text.includes('404'))).toEqual([])
    await close()
  })

  it('shows in Clean what the newest model doubts, wherever the photo is moved to', async () => {
    const { page, complaints, close } = await openPage(studio, { hash: '#/clean' })
    await page.getByRole('link', { name: 'Another class 1' }).click()
    const doubted = page.locator('[role=gridcell]')
    const count = (photos: number) => expect.poll(() => doubted.count()).toBe(photos)
    await count(1)
    expect(await doubted.getAttribute('aria-label')).toBe(`${trap}, ball, wave?`)
    await doubted.focus()
    await page.keyboard.press('2')
    await page.getByText('No photo is left here.').waitFor()
    await page.getByRole('link', { name: 'Another class 0' }).waitFor()
    await page.getByRole('button', { name: 'Undo: change of class' }).click()
    await count(1)
    expect(complaints).toEqual([])
    await close()
  })

  it('pauses and goes on, and survives a kill -9, to the same figures', async () => {
    const { page, close } = await openPage(studio)
    learning.halt()
    await train(page, 'third')
    const card = page.getByRole('region', { name: 'third' })
    await card.getByText('cross-validation').waitFor()
    // What the page asks for then says that it runs, and comes when it does no more.
    const late = await heldAnswers(page, '**/api/jobs')
    await card.getByRole('button', { name: 'Pause' }).press('Enter')
    await expect.poll(late.there).toBeGreaterThan(0)
    learning.goOn()
    await card.getByText('Paused. What it has learnt is kept').waitFor()
    await late.letGo()
    await card.getByText('Paused. What it has learnt is kept').waitFor()
    learning.halt()
    await card.getByRole('button', { name: 'Go on' }).press('Enter')
    await card.getByText('cross-validation').waitFor()
    await studio.stop('SIGKILL')
    learning.goOn()
    await page.getByText('The server does not answer').waitFor()
    await close()
    studio = await startStudio(dir, [], learning.env)
    const again = await openPage(studio, { hash: '#/train' })
    const cutOff = again.page.getByRole('region', { name: 'third' })
    await cutOff.getByText('Cut off. What it had learnt is kept').waitFor()
    await cutOff.getByRole('button', { name: 'Go on' }).click()
    const { jobs } = await studio.json<{ jobs: readonly Job[] }>('/api/jobs')
    await jobDone(studio, { id: jobs.find(({ title }) => title === 'third')?.id ?? '' })
    await runCard(again.page, 'third').waitFor()
    expect(figuresOf(dir, 'third')).toEqual(figuresOf(dir, 'first'))
    await again.close()
  })

  it.each([
    ['light', 'en', 1440],
    ['dark', 'es', 390],
  ] as const)('can be used by everybody: %s, %s, %i px', async (theme, language, width) => {
    const { page, complaints, close } = await openPage(studio, { theme, language, width, hash: '#/train' })
    await page.locator('.run').first().waitFor()
    expect(await seriousFaults(page)).toEqual([])
    await page.goto(`${studio.origin}/#/look?run=first&with=second`)
    await page.locator('.look-tile').first().waitFor()
    await page.locator('.comparison .sides').waitFor()
    expect(await seriousFaults(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    await page.locator('.look-tile').first().click()
    await page.getByRole('dialog').waitFor()
    expect(await seriousFaults(page)).toEqual([])
    expect(complaints).toEqual([])
    await close()
  })

  it('mends a wrong label where it is met, in every tab, and takes it back', async () => {
    const hash = '#/look?run=first'
    const { page, close } = await openPage(studio, { hash })
    const other = await openPage(studio, { hash })
    await page.getByRole('button', { name: /wrongly taken for wave/ }).click()
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('1')
    await toasted(page, 'Moved to wave.')
    expect(existsSync(path.join(dir, 'valid/wave', trap))).toBe(true)
    expect(existsSync(path.join(dir, 'valid/ball', trap))).toBe(false)
    const note = '1 label was mended since this run was trained.'
    for (const tab of [page, other.page]) await tab.getByText(note).waitFor()
    await page.keyboard.press('Escape')
    // The photo is found where it is now.
    await page.getByRole('button', { name: 'Mended 1' }).click()
    await page.locator('.look-tile', { hasText: 'now wave' }).waitFor()
    await page.getByRole('button', { name: /^Undo/ }).click()
    for (const tab of [page, other.page]) await tab.getByText(note).waitFor({ state: 'detached' })
    expect(existsSync(path.join(dir, 'valid/ball', trap))).toBe(true)
    await page.getByRole('link', { name: 'Clean', exact: true }).click()
    await page.waitForURL(/#\/clean/)
    for (const tab of [{ close }, other]) await tab.close()
  })
})

describe('the answers about runs', () => {
  const folder = suiteFolder()
  let studio: RunningStudio
  beforeAll(async () => {
    studio = await startStudio(path.join(folder, 'empty'))
    writeTree({ 'runs/broken/run.json': '{"format":"chiquito-run"' }, path.join(folder, 'empty'))
  })
  afterAll(async () => {
    await studio.stop()
  })

  it.each([
    ['/api/runs/none', 404],
    ['/api/runs/..%2F..%2Fetc', 404],
    ['/api/runs/.chiquito/photos', 404],
    ['/api/runs/..%2Fphotos/live', 404],
    ['/api/runs/none/photos/0123456789abcdef/heat', 404],
    ['/api/compare?a=..&b=none', 422],
    ['/api/compare?a=one', 422],
    ['/api/jobs/20260101-000000-abcdef/events', 404],
  ])('%s is %i', async (address, status) => {
    const response = await studio.fetch(address)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toMatch('application/problem+json')
  })

  it('refuse what no job takes, and tell of runs that cannot be read', async () => {
    const start = (body: unknown) =>
      studio.fetch('/api/jobs', {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      })
    for (const body of [
      { kind: 'format-disk' },
      { kind: 'train', options: { data: '/etc' } },
      { kind: 'train', options: { name: '../../out' } },
      { kind: 'evaluate', options: { run: '..' } },
    ])
      expect((await start(body)).status, JSON.stringify(body)).toBe(422)
    const { runs, damaged } = await studio.json<{ runs: unknown[]; damaged: { id: string }[] }>('/api/runs')
    expect([runs, damaged.map(({ id }) => id)]).toEqual([[], ['broken']])
    const choices = await studio.json<{ photos: number; isMeasured: boolean }>('/api/training')
    expect(choices).toMatchObject({ photos: 0, isMeasured: false })
  })
})
