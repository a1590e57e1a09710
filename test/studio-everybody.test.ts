// Every place with work in it, in both themes and languages: for who cannot see it, and with names and metadata that are scripts.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Job } from '../src/studio/api/jobs.js'
import { seriousFaults } from './support/axe.js'
import { noBrowser } from './support/browser.js'
import { suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawing, drawings } from './support/photos.js'
import { closeBrowserAfter, jobDone, openPage, type RunningStudio, startStudio } from './support/studio.js'

/** Markup that tells on itself where a page takes it for more than text. */
const script = (name: string) => `<img src=x onerror="document.title='${name}'">`
const LABEL = script('label')

/** A photo whose metadata are scripts, too. */
async function telling(number: number): Promise<Buffer> {
  const tag = script('metadata')
  return sharp(await drawing('ball', number))
    .jpeg()
    .withExif({ IFD0: { ImageDescription: tag, Artist: tag, Copyright: tag, Model: `"><script>${tag}` } })
    .toBuffer()
}

/** Two classes with all that the doctor has something to say about. */
async function faultyPhotos() {
  const dark = await sharp(await drawing('wave', 300))
    .modulate({ brightness: 0.05 })
    .png()
    .toBuffer()
  return {
    ...(await drawings('ball', 'ball', 20)),
    ...(await drawings(LABEL, 'wave', 20)),
    [`ball/${script('file')}.jpg`]: await telling(201),
    [`${LABEL}/copy.jpg`]: await telling(201),
    'ball/strayed.png': await drawing('wave', 202),
    'ball/dark.png': dark,
    [`${LABEL}/${script('broken')}.png`]: 'no photo at all',
  }
}

describe.skipIf(noBrowser)(`The studio for everybody (skipped where ${noBrowser})`, () => {
  const folder = suiteFolder()
  const dir = path.join(folder, 'work')
  const asked = path.join(folder, `${script('asked')}.jpg`)
  let studio: RunningStudio
  closeBrowserAfter()

  const start = (kind: string, options: object) => studio.post<Job>('/api/jobs', { kind, options })

  beforeAll(async () => {
    writeTree(await faultyPhotos(), dir)
    writeFileSync(asked, await telling(301))
    studio = await startStudio(dir)
    await jobDone(studio, await start('doctor', {}))
    const quick = { size: 96, fineTune: 'never' }
    await jobDone(studio, await start('train', { ...quick, name: 'first' }))
    await jobDone(studio, await start('train', { ...quick, name: 'second & last', seed: 7 }))
    await jobDone(studio, await studio.post<Job>('/api/runs/first/app', { title: script('title') }))
    const { id, path: paths } = await studio.json<{ id: string[]; path: string[] }>('/api/photos')
    const rejected = id[paths.indexOf('ball/dark.png')]
    await studio.post('/api/edits', { kind: 'reject', photos: [rejected] })
  })
  afterAll(() => studio?.stop())

  /** Places and what opens in them: how to get there, in either language, and what is there then. */
  const states: readonly {
    readonly at: string
    readonly has: string
    readonly act?: (page: Page) => Promise<unknown>
  }[] = [
    { at: 'gather', has: '.class-card img' },
    { at: 'gather', has: '[role=dialog] form', act: page => page.locator('.way').nth(0).click() },
    { at: 'gather', has: '[role=dialog] form', act: page => page.locator('.way').nth(1).click() },
    { at: 'gather', has: '[role=dialog] form', act: page => page.locator('.way').nth(4).click() },
    {
      at: 'gather',
      has: '[role=dialog] video',
      act: page => page.locator('.class-acts .button').nth(1).click(),
    },
    { at: 'clean', has: '[role=gridcell] img' },
    {
      at: 'clean',
      has: '.toolbar-chosen',
      act: async page => {
        await page.locator('[role=gridcell]').nth(1).focus()
        await page.keyboard.press('Control+a')
      },
    },
    {
      at: 'clean',
      has: '.closer img',
      act: async page => {
        await page.locator('[role=gridcell]').first().focus()
        await page.keyboard.press('Space')
      },
    },
    { at: 'clean?finding=exact-copies', has: '.finding img' },
    { at: 'clean?aside=1', has: '.finding img' },
    { at: 'clean?model=disagrees', has: '.clean-main h2' },
    { at: 'train', has: '.run' },
    { at: 'look?run=first&with=second+%26+last', has: '.comparison .sides' },
    {
      at: 'look?run=first',
      has: '.look-heat img:not([hidden])',
      act: async page => {
        await page.locator('.look-photos .chip').last().click()
        await page.locator('.look-tile').first().click()
        await page.keyboard.press('w')
      },
    },
    {
      at: 'ship?run=first',
      has: '.verdict-note',
      act: async page => {
        await page.locator('.card-text').waitFor()
        await page.setInputFiles('.try input[type=file]', asked)
      },
    },
    { at: 'ship?run=second+%26+last', has: '.card-text' },
    { at: 'gather', has: '.drawer .job', act: page => page.locator('.jobs-button').click() },
    { at: 'train', has: '.settings', act: page => page.locator('.tools .button').last().click() },
  ]

  it.each([
    ['light', 'en', 1440],
    ['dark', 'en', 768],
    ['light', 'es', 360],
    ['dark', 'es', 1920],
  ] as const)(
    'has no serious fault and takes no name for more: %s, %s, %i px',
    async (theme, language, width) => {
      for (const { at, has, act } of states) {
        const settings = { theme, language, width, hash: `#/${at}` }
        const { page, complaints, close } = await openPage(studio, settings)
        await act?.(page)
        await page.locator(has).first().waitFor()
        const where = `${at} (${has})`
        expect.soft(await seriousFaults(page), where).toEqual([])
        expect.soft(await page.evaluate(tooWide), where).toEqual([])
        expect.soft(await page.locator('[onerror], main script').count(), where).toBe(0)
        expect.soft(await page.title(), where).toMatch(/ · chiquito$/)
        expect.soft(complaints.filter(isUnexpected), where).toEqual([])
        await close()
      }
    },
  )

  it('shows its own app with a hostile title as text', async () => {
    const { page, close } = await openPage(studio, { hash: '#/ship?run=first' })
    const frame = page.frameLocator('iframe')
    await frame.locator('body[data-checked=yes]').waitFor({ timeout: 120_000 })
    await frame.locator('#file').setInputFiles(asked)
    await frame.locator('#word').getByText(/./).first().waitFor()
    expect(await frame.locator('[onerror]').count()).toBe(0)
    await close()
  })
})

/** What makes the page wider than its window. */
const tooWide = `document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll('body *')]
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
    .map(one => one.outerHTML.slice(0, 120))`

/** Said of a thumbnail that cannot be, and of the app in its frame: no graphics processor here, and no service worker there. */
const isUnexpected = (complaint: string) => !/422 .*\/thumb$|No available adapters|sw\.js/.test(complaint)
