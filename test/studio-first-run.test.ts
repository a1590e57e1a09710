// The first minute of somebody who has no photos at hand, and what names of files may do to the page.
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { seriousFaults } from './support/axe.js'
import { noBrowser, unless } from './support/browser.js'
import { suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawing, drawings } from './support/photos.js'
import { closeBrowserAfter, openPage, startStudio } from './support/studio.js'

describe.skipIf(noBrowser)(unless(noBrowser, 'The first run'), () => {
  const folder = suiteFolder()
  closeBrowserAfter()

  it('has a trained model and its verdict of a picture in three presses', async () => {
    const studio = await startStudio(path.join(folder, 'new'))
    const { page, complaints, close } = await openPage(studio)
    await page.getByRole('button', { name: 'Start with the demo data' }).click()
    await page.getByRole('button', { name: 'Train now' }).click()
    await page.getByRole('button', { name: 'Picture 1', exact: true }).click()
    await page.getByText('It says: animal').waitFor()
    await page.getByText('That is right.').waitFor()
    await page.getByRole('button', { name: 'Picture 8', exact: true }).click()
    await page.getByText('It says: food').waitFor()
    expect(await seriousFaults(page)).toEqual([])
    expect(await studio.json('/api/state')).toMatchObject({
      photos: 570,
      classes: [
        { label: 'animal', photos: 285 },
        { label: 'food', photos: 285 },
      ],
    })
    expect(complaints).toEqual([])
    await close()
    await studio.stop()
  })

  it('shows names that are scripts as names', async () => {
    const script = '<img src=x onerror="document.title=`hit`">'
    const dir = path.join(folder, 'hostile')
    writeTree(
      {
        ...(await drawings('ball', 'ball', 3)),
        ...(await drawings(script, 'wave', 3)),
        [`ball/${script}.png`]: await drawing('ball', 99),
      },
      dir,
    )
    const studio = await startStudio(dir)
    const { page, complaints, close } = await openPage(studio)
    await page.getByRole('heading', { name: script }).waitFor()
    for (const place of ['clean', 'train', 'look', 'ship', 'gather']) {
      await page.goto(`${studio.origin}/#/${place}`)
      await page.waitForSelector(`.place-${place} :is(h1, h2)`)
      expect(await page.title(), place).not.toBe('hit')
      expect(await page.locator('img[onerror]').count(), place).toBe(0)
    }
    expect(complaints).toEqual([])
    await close()
    await studio.stop()
  })
})
