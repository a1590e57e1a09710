// Every place with work in it, in both themes and languages: for who cannot see it, and with names and metadata that are scripts.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Job } from '../src/studio/api/jobs.js'
import { seriousFaults } from './support/axe.js'
import { noBrowser, unless } from './support/browser.js'
import { suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawing, drawings } from './support/photos.js'
import { closeBrowserAfter, jobDone, openPage, type RunningStudio, startStudio } from './support/studio.js'

/** Markup that tells on itself where a page takes it for more than text. */
const script = (name: string) => `<img src=x onerror="document.title='${name}'">`
const LABEL = `${script('label')} ${'in-one-word'.repeat(8)}`

/** A photo whose metadata are scripts, too. */
async function telling(number: number): Promise<Buffer> {
  const tag = script('metadata')
  return sharp(await drawing('ball', number))
    .jpeg()
    .withExif({ IFD0: { ImageDescription: tag, Artist: tag, Copyright: tag, Model: `"><script>${tag}` } })
    .toBuffer()
}

/** Two classes with something of most that the doctor looks for. */
async function faultyPhotos() {
  const copied = await telling(201)
  const dark = await sharp(await drawing('wave', 300))
    .modulate({ brightness: 0.05 })
    .png()
    .toBuffer()
  return {
    ...(await drawings('ball', 'ball', 14)),
    ...(await drawings(LABEL, 'wave', 14)),
    [`ball/${script('file')}.jpg`]: copied,
    [`${LABEL}/copy.jpg`]: copied,
    'ball/strayed.png': await drawing('wave', 202),
    'ball/dark.png': dark,
    [`${LABEL}/${script('broken')}.png`]: 'no photo at all',
  }
}

/** A place and what opens in it: how to get there, in either language, and what is there then. */
interface State {
  readonly at: string
  readonly has: string
  readonly act?: (page: Page) => Promise<unknown>
}

const firstTile = '[role=gridcell]'
const press = (keys: string) => async (page: Page) => {
  await page.locator(firstTile).first().focus()
  await page.keyboard.press(keys)
}
const click =
  (selector: string, nth = 0) =>
  (page: Page) =>
    page.locator(selector).nth(nth).click()

describe.skipIf(noBrowser)(unless(noBrowser, 'The studio for everybody'), () => {
  const folder = suiteFolder()
  const asked = path.join(folder, 'asked.jpg')
  let studio: RunningStudio
  closeBrowserAfter()

  const work = async (kind: string, options: object) =>
    jobDone(studio, await studio.post<Job>('/api/jobs', { kind, options }))

  beforeAll(async () => {
    writeFileSync(asked, await telling(301))
    studio = await startStudio(writeTree(await faultyPhotos(), path.join(folder, 'work')))
    await work('doctor', {})
    await work('train', { size: 64, fineTune: 'never', name: 'first & last' })
    const { id, path: paths } = await studio.json<{ id: string[]; path: string[] }>('/api/photos')
    await studio.post('/api/edits', { kind: 'reject', photos: [id[paths.indexOf('ball/dark.png')]] })
  })
  afterAll(() => studio?.stop())

  const states: readonly State[] = [
    { at: 'gather', has: '.class-card img' },
    { at: 'gather', has: '[role=dialog] form', act: click('.way', 0) },
    { at: 'gather', has: '[role=dialog] form', act: click('.way', 1) },
    { at: 'gather', has: '[role=dialog] .primary:enabled', act: click('.class-acts .button', 1) },
    { at: 'clean', has: '.toolbar-chosen', act: press('Control+a') },
    { at: 'clean', has: '.closer img', act: press('Space') },
    { at: 'clean?finding=exact-copies', has: '.finding img' },
    { at: 'clean?finding=unreadable', has: '.finding' },
    { at: 'clean?aside=1', has: '.finding img' },
    { at: 'train', has: '.run' },
    { at: 'look?run=first+%26+last', has: '.look-tile' },
    {
      at: 'ship?run=first+%26+last',
      has: '.verdict-note',
      act: async page => {
        await page.locator('.card-fold summary').click()
        await page.locator('.card-text').waitFor()
        await page.setInputFiles('.try input[type=file]', asked)
      },
    },
    { at: 'train', has: '.drawer .job', act: click('.jobs-button') },
  ]

  it.each([
    ['light', 'en', 1440],
    ['dark', 'es', 360],
  ] as const)(
    'has no serious fault and takes no name for more: %s, %s, %i px',
    async (theme, language, width) => {
      const { page, complaints, close } = await openPage(studio, { theme, language, width })
      for (const { at, has, act } of states) {
        await page.goto('about:blank')
        await page.goto(`${studio.origin}/#/${at}`)
        await act?.(page)
        await page.locator(has).first().waitFor()
        const where = `${at} (${has})`
        expect.soft(await seriousFaults(page), where).toEqual([])
        expect.soft(await page.evaluate(tooWide), where).toEqual([])
        expect.soft(await page.locator('[onerror], main script').count(), where).toBe(0)
        expect.soft(await page.title(), where).toMatch(/ · chiquito$/)
        expect.soft(complaints.splice(0).filter(isUnexpected), where).toEqual([])
      }
      await close()
    },
  )
})

/** What makes the page wider than its window. */
const tooWide = `document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll('body *')]
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
    .map(one => one.outerHTML.slice(0, 120))`

/** Said of a photo that cannot be shown, and of the app in its frame: no graphics processor here, and no service worker there. */
const isUnexpected = (complaint: string) =>
  !/422 .*\/(thumb|full)$|No available adapters|sw\.js/.test(complaint)
