// The whole job on one page, on 60 of the article's photos: from files that are dropped to a verdict of photos it has not seen.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { PredictResult } from '../src/actions/predict.js'
import { noBrowser, unless } from './support/browser.js'
import { chiquito, documentOf, suiteFolder } from './support/chiquito.js'
import { closeBrowserAfter, dropFiles, openPage, startStudio } from './support/studio.js'

const article = path.resolve(import.meta.dirname, '../../shared/datasets/chiquito')
const missing = noBrowser ?? (existsSync(article) ? undefined : `there are no photos in ${article}`)

const OF_EACH = 29

/** 60 photos in two folders: one of them a copy of another, one in the wrong folder. */
function photosToDrop(folder: string): string[] {
  const of = (label: string) => readdirSync(path.join(article, 'train', label)).sort()
  const folders = ['chiquito', 'not'].map(label => {
    mkdirSync(path.join(folder, label), { recursive: true })
    for (const name of of(label).slice(0, OF_EACH))
      copyFileSync(path.join(article, 'train', label, name), path.join(folder, label, name))
    return path.join(folder, label)
  })
  const [first, , , fourth] = of('not')
  copyFileSync(path.join(article, 'train/not', first), path.join(folder, 'not/a copy.jpg'))
  copyFileSync(
    path.join(article, 'train/not', of('not')[OF_EACH + 1]),
    path.join(folder, 'chiquito/strayed.jpg'),
  )
  expect(fourth).toBeDefined()
  return folders
}

const namesIn = (dir: string, label: string) => readdirSync(path.join(dir, 'photos', label))

/** What the page says of a photo that it is shown, and what the command line says of it. */
async function saidOf(page: Page, photo: string): Promise<string | null> {
  const shown = () => page.evaluate<string | undefined>("document.querySelector('img.tried-photo')?.src")
  const before = await shown()
  await page.setInputFiles('.try input[type=file]', photo)
  await expect.poll(shown).not.toBe(before)
  await page.locator('.verdict-note').waitFor()
  return page.locator('.verdict-word').textContent()
}

describe.skipIf(missing)(unless(missing, 'the whole job on the article’s photos'), () => {
  const folder = suiteFolder()
  closeBrowserAfter()

  it('goes from dropped files to a verdict: gathered, cleaned, trained, looked at, shipped', async () => {
    const dir = path.join(folder, 'work')
    const studio = await startStudio(dir)
    const { page, complaints, close } = await openPage(studio)

    await page.getByRole('heading', { name: 'What should it tell apart?' }).waitFor()
    await dropFiles(page, '.gather', photosToDrop(path.join(folder, 'dropped')))
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('30 photos from chiquito').waitFor()
    expect(await dialog.getByLabel('30 photos from not').inputValue()).toBe('not')
    await dialog.getByRole('button', { name: 'Add' }).click()
    // The copy is seen as it comes.
    await page.getByText('59 photos added').waitFor()
    await page.getByText('1 was there already').waitFor()
    expect([namesIn(dir, 'chiquito').length, namesIn(dir, 'not').length]).toEqual([30, 29])

    await page.getByRole('link', { name: 'Clean', exact: true }).click()
    await page.getByRole('button', { name: 'Look for trouble' }).click()
    await page.getByText('Nobody has looked').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Look again' }).waitFor()
    await page.getByRole('link', { name: 'All photos 59' }).click()
    const strayed = page.getByRole('gridcell', { name: /^strayed\.jpg/ })
    await strayed.click()
    await page.keyboard.press('2')
    await expect.poll(() => namesIn(dir, 'not')).toContain('strayed.jpg')
    await page.keyboard.press('u')
    await expect.poll(() => namesIn(dir, 'chiquito')).toContain('strayed.jpg')
    await page.keyboard.press('Control+y')
    await expect.poll(() => namesIn(dir, 'not')).toContain('strayed.jpg')

    await page.getByRole('link', { name: 'Train', exact: true }).click()
    await page.getByText('Quick', { exact: true }).click()
    await page.getByRole('button', { name: /^Train/ }).click()
    await page.getByRole('link', { name: 'Look at it' }).click()

    const metrics = JSON.parse(readFileSync(path.join(dir, 'runs/run-1/metrics.json'), 'utf8'))
    const share = `${Math.round(100 * metrics.accuracy)} %`
    await page.getByRole('heading', { name: `${share} right answers` }).waitFor()
    expect(metrics.photos.train + metrics.photos.valid).toBe(59)
    await page.getByRole('button', { name: /^\d+ photos? of chiquito, recognised$/ }).click()
    await page.locator('.look-tile').first().click()
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('w')
    await page.getByText('Blue spoke for its answer, orange against it.').waitFor()
    await page.keyboard.press('Escape')

    await page.getByRole('link', { name: 'Ship', exact: true }).click()
    const asked = ['chiquito', 'not'].flatMap(label =>
      readdirSync(path.join(article, 'valid', label))
        .sort()
        .slice(0, 5)
        .map(name => ({ label, photo: path.join(article, 'valid', label, name) })),
    )
    const told = await chiquito([
      'predict',
      path.join(dir, 'runs/run-1'),
      ...asked.map(({ photo }) => photo),
      '--json',
    ])
    const { predictions } = documentOf<PredictResult>(told)
    let right = 0
    for (const [i, { label, photo }] of asked.entries()) {
      const { label: said, abstained } = predictions[i]
      expect(await saidOf(page, photo), photo).toBe(abstained ? 'Neither' : said)
      if (!abstained && said === label) right++
    }
    expect(right).toBeGreaterThanOrEqual(7)
    // A thumbnail that was asked for while its photo moved to another class.
    expect(complaints.filter(one => !/\(Not Found\) .*\/thumb$/.test(one))).toEqual([])
    await close()
    await studio.stop()
  })
})
