// Cleaning photos at the page of `chiquito studio`, as somebody does it: by keyboard, in two tabs, through kills.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { PhotosAnswer } from '../src/studio/api/photos.js'
import { noBrowser, unless } from './support/browser.js'
import { temporaryFolder, writeTree } from './support/files.js'
import { drawing, drawings } from './support/photos.js'
import { closeBrowserAfter, openPage, type RunningStudio, startStudio } from './support/studio.js'

/** A name that is markup where somebody takes it for that. */
const HOSTILE = '<img src=x onerror=document.title=1>.png'

/** Thumbnails and what the doctor measures, for this file alone. */
const withCache = () => ({ CHIQUITO_CACHE: temporaryFolder() })

async function small(): Promise<string> {
  return writeTree({
    ...(await drawings('ball', 'ball', 4)),
    ...(await drawings('wave', 'wave', 4)),
    [`ball/${HOSTILE}`]: await drawing('ball', 40),
  })
}

const names = (root: string, folder: string) =>
  existsSync(path.join(root, folder)) ? readdirSync(path.join(root, folder)).sort() : []

/** Waits until a folder holds these files. */
async function settled(root: string, folder: string, files: readonly string[]): Promise<void> {
  await expect.poll(() => names(root, folder)).toEqual([...files].sort())
}

/** The labels that the tiles show, in order. */
const labels = (page: Page) => page.locator('.tile-label').allTextContents()

/** What the element is called that has the keyboard. */
const named = `document.activeElement.getAttribute('aria-label')`

async function firstTile(page: Page): Promise<void> {
  await page.waitForSelector('[role=gridcell]')
  await page.locator('[role=gridcell]').first().focus()
}

describe.skipIf(noBrowser)(unless(noBrowser, 'cleaning at the studio'), () => {
  closeBrowserAfter()

  const opened = async <T>(root: string, work: (studio: RunningStudio) => Promise<T>): Promise<T> => {
    const studio = await startStudio(root, [], withCache())
    try {
      return await work(studio)
    } finally {
      await studio.stop()
    }
  }

  it('shows at once what was asked for, and says that it is still being written', async () => {
    const root = await small()
    await opened(root, async studio => {
      const { page, close } = await openPage(studio, { hash: '#/clean' })
      await firstTile(page)
      let letGo = () => {}
      const held = new Promise<void>(resolve => {
        letGo = resolve
      })
      await page.route('**/api/edits', async route => {
        await held
        await route.continue()
      })
      await page.keyboard.press('Control+a')
      await page.keyboard.press('2')
      await expect.poll(() => labels(page)).toEqual(Array(9).fill('wave'))
      await page.getByText('Still writing to the disk').waitFor()
      letGo()
      await page.getByText('Still writing to the disk').waitFor({ state: 'detached' })
      await expect.poll(() => names(root, 'wave').length).toBe(9)
      await close()
    })
  })

  it('relabels, sets aside, keeps, undoes and redoes by keyboard alone; all of it is on disk', async () => {
    const root = await small()
    await opened(root, async studio => {
      const { page, complaints, close } = await openPage(studio, { hash: '#/clean' })
      await firstTile(page)
      expect(await labels(page)).toEqual([...Array(5).fill('ball'), ...Array(4).fill('wave')])
      // The second class, for the first two.
      await page.keyboard.press('Shift+ArrowRight')
      await page.keyboard.press('2')
      await settled(root, 'wave', ['1 (2).png', '1.png', '2 (2).png', '2.png', '3.png', '4.png'])
      await expect.poll(() => labels(page)).toEqual([...Array(3).fill('ball'), ...Array(6).fill('wave')])
      await page.keyboard.press('u')
      await settled(root, 'wave', ['1.png', '2.png', '3.png', '4.png'])
      await expect.poll(() => labels(page)).toEqual([...Array(5).fill('ball'), ...Array(4).fill('wave')])
      await page.keyboard.press('Control+y')
      await settled(root, 'wave', ['1 (2).png', '1.png', '2 (2).png', '2.png', '3.png', '4.png'])
      await expect.poll(() => labels(page)).toEqual([...Array(3).fill('ball'), ...Array(6).fill('wave')])
      await page.keyboard.press('Escape')
      await page.keyboard.press('End')
      await page.keyboard.press('x')
      await settled(root, 'set-aside/rejected/wave', ['4.png'])
      expect(await page.evaluate(`document.activeElement.getAttribute('role')`)).toBe('gridcell')
      await page.keyboard.press('Home')
      await page.keyboard.press('k')
      await expect.poll(() => page.locator('.tile-kept').count()).toBe(1)
      await page.keyboard.press('Space')
      await page.getByRole('dialog').waitFor()
      await page.keyboard.press('ArrowRight')
      await page.keyboard.press('x')
      await settled(root, 'ball', ['3.png', HOSTILE])
      await page.getByRole('dialog').getByText(HOSTILE, { exact: true }).waitFor()
      await page.keyboard.press('ArrowRight')
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      // The keyboard is where one has come to.
      await expect.poll(() => page.evaluate(named)).toBe('1 (2).png, wave')
      expect(await page.title()).toBe('Clean · chiquito')
      expect(complaints).toEqual([])
      await close()
    })
  })

  it('keeps the keyboard, and the photo that it means, while others change the list', async () => {
    const root = await small()
    await opened(root, async studio => {
      const { id, path: paths } = await studio.json<PhotosAnswer>('/api/photos')
      const reject = (photo: string) =>
        studio.post('/api/edits', { kind: 'reject', photos: [id[paths.indexOf(photo)]] })
      const { page, close } = await openPage(studio, { hash: '#/clean' })
      const here = () => page.evaluate(named)
      await firstTile(page)
      await page.keyboard.press('ArrowRight')
      await page.keyboard.press('ArrowRight')
      expect(await here()).toBe('3.png, ball')
      // A key that came now would reach nobody.
      await page.evaluate(`
        globalThis.lost = 0
        new MutationObserver(() => { if (document.activeElement === document.body) globalThis.lost++ })
          .observe(document.querySelector('[role=grid]'), { childList: true, subtree: true })
      `)
      await reject('ball/1.png')
      await expect.poll(() => labels(page)).toHaveLength(8)
      expect(await here()).toBe('3.png, ball')
      await reject('ball/3.png')
      await expect.poll(here).toBe('4.png, ball')
      await studio.post('/api/undo')
      await expect.poll(() => labels(page)).toHaveLength(8)
      await page.keyboard.press('x')
      await settled(root, 'set-aside/rejected/ball', ['1.png', '3.png'])
      for (const last of ['4.png', '3.png', '2.png', '1.png']) await reject(`wave/${last}`)
      await page.keyboard.press('End')
      await reject(`ball/${HOSTILE}`)
      await expect.poll(here).toBe('4.png, ball')
      expect(await page.evaluate('globalThis.lost')).toBe(0)
      await close()
    })
  })

  it('shows two tabs the same, gives photos a new class by mouse, and brings back what was set aside', async () => {
    const root = await small()
    await opened(root, async studio => {
      const [one, two] = [
        await openPage(studio, { hash: '#/clean' }),
        await openPage(studio, { hash: '#/clean?class=ball', language: 'es' }),
      ]
      await two.page.waitForSelector('[role=gridcell]')
      await one.page.locator('[role=gridcell]').first().click()
      await one.page
        .locator('[role=gridcell]')
        .nth(2)
        .click({ modifiers: ['Shift'] })
      await one.page.getByRole('button', { name: 'Class…' }).click()
      await one.page.getByLabel('Name of a new class').fill('<b>round</b>')
      await one.page.keyboard.press('Enter')
      await one.page.getByText('a folder cannot have <').waitFor()
      expect(await labels(one.page)).toEqual([...Array(5).fill('ball'), ...Array(4).fill('wave')])
      await one.page.getByRole('button', { name: 'Class…' }).click()
      await one.page.getByLabel('Name of a new class').fill('round')
      await one.page.keyboard.press('Enter')
      await settled(root, 'round', ['1.png', '2.png', '3.png'])
      await expect.poll(() => labels(two.page)).toEqual(['ball', 'ball'])
      await two.page.locator('[role=gridcell]').first().focus()
      await two.page.keyboard.press('x')
      await one.page.getByRole('link', { name: 'Set aside 1' }).click()
      await one.page.getByRole('button', { name: /^Bring back/ }).click()
      await settled(root, 'ball', ['4.png', HOSTILE])
      await expect.poll(() => labels(two.page)).toEqual(['ball', 'ball'])
      await one.close()
      await two.close()
    })
  })

  it('loses nothing of what was confirmed, and finishes what was not, where the server is killed amid edits', async () => {
    const root = writeTree({
      ...(await drawings('ball', 'ball', 30)),
      ...(await drawings('wave', 'wave', 30)),
    })
    const env = withCache()
    const studio = await startStudio(root, [], env)
    const { page, close } = await openPage(studio, { hash: '#/clean?class=ball' })
    await firstTile(page)
    await page.keyboard.press('2')
    await expect.poll(() => names(root, 'wave').length).toBe(31)
    await page.keyboard.press('Control+a')
    await page.keyboard.press('2')
    await expect.poll(() => names(root, 'wave').length, { interval: 5 }).toBeGreaterThan(33)
    await studio.stop('SIGKILL')
    const again = await startStudio(root, [], env)
    // Moved one and all, as it was asked, and taken back as one.
    await expect.poll(() => names(root, 'wave').length).toBe(60)
    expect(await again.post('/api/undo')).toMatchObject({ name: 'relabel', changes: 29, left: [] })
    expect(names(root, 'wave')).toHaveLength(31)
    await again.post('/api/undo')
    expect(names(root, 'ball')).toHaveLength(30)
    await close()
    await again.stop()
  })

  it('asks which is the copy, and forgets what was found once a person has decided', async () => {
    const copy = await drawing('ball', 2)
    const root = writeTree({
      ...(await drawings('ball', 'ball', 4)),
      ...(await drawings('wave', 'wave', 4)),
      'ball/copy.png': copy,
    })
    await opened(root, async studio => {
      const { page, complaints, close } = await openPage(studio, { hash: '#/clean' })
      await page.getByRole('button', { name: 'Look for trouble' }).click()
      await page.getByRole('link', { name: /^Exact copies/ }).click()
      await page.getByText('Which is the copy?').waitFor()
      await page.getByRole('button', { name: 'Set this aside: copy.png' }).click()
      await settled(root, 'set-aside/rejected/ball', ['copy.png'])
      await page.getByText('No photo is left here.').waitFor()
      // The doctor need not look again to know it.
      const { looked } = await studio.json<{ looked: { unseen: number; findings: { check: string }[] } }>(
        '/api/findings',
      )
      expect(looked.unseen).toBe(0)
      expect(looked.findings.filter(({ check }) => check === 'exact-copies')).toEqual([])
      await page.keyboard.press('Tab')
      await studio.post('/api/undo')
      await page.getByText('Which is the copy?').waitFor()
      writeFileSync(path.join(root, 'wave/new.png'), await drawing('wave', 99))
      await page.reload()
      await page.getByText('1 photo was added or changed since the last look.').waitFor()
      expect(complaints).toEqual([])
      await close()
    })
  })

  it('shows every row of 10,000 photos wherever one scrolls, and has few of them in the page', async () => {
    const root = temporaryFolder()
    const files = Object.values(await drawings('ball', 'ball', 12, { side: 64, format: 'jpeg' }))
    for (const label of ['a', 'b', 'c', 'd']) {
      mkdirSync(path.join(root, label))
      for (let i = 0; i < 2500; i++)
        writeFileSync(path.join(root, label, `${i}.jpg`), files[i % files.length])
    }
    await opened(root, async studio => {
      const { page, complaints, close } = await openPage(studio, { hash: '#/clean' })
      await page.waitForSelector('[role=gridcell]')
      await page.getByRole('link', { name: 'All photos 10000' }).waitFor()
      const total = Number(await page.getByRole('grid').getAttribute('aria-rowcount'))
      for (const share of [0.1, 0.5, 0.37, 0.93, 1]) {
        await page
          .locator('.grid-frame')
          .evaluate((frame, share) => frame.scrollTo(0, share * frame.scrollHeight), share)
        await expect.poll(() => page.evaluate(blankPlaces)).toBe(0)
      }
      expect(await page.locator('[role=gridcell]').count()).toBeLessThan(300)
      await page.locator('[role=gridcell]').last().focus()
      await page.keyboard.press('Home')
      await expect.poll(() => page.evaluate(named)).toBe('0.jpg, a')
      expect(total).toBeGreaterThan(1000)
      expect(complaints).toEqual([])
      await close()
    })
  })
})

/** Places of the grid, as it is seen, where no photo is: a row that is missing, or a picture that has not come. */
const blankPlaces = `(() => {
  const frame = document.querySelector('.grid-frame').getBoundingClientRect()
  const images = [...document.querySelectorAll('.grid-frame img')]
  const seen = images.filter(image => {
    const { top, bottom } = image.getBoundingClientRect()
    return bottom > frame.top && top < frame.bottom
  })
  let blank = seen.filter(image => !image.complete || image.naturalWidth === 0).length
  for (let y = frame.top + 40; y < frame.bottom - 200; y += 80)
    if (!seen.some(image => { const { top, bottom } = image.getBoundingClientRect(); return top - 40 <= y && y <= bottom + 40 })) blank++
  return blank
})()`
