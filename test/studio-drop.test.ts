// Folders dropped on the page of `chiquito studio`, and photos pasted into it, as the browser itself hands them over.
import { mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noBrowser, unless } from './support/browser.js'
import { suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawing } from './support/photos.js'
import { closeBrowserAfter, dropFiles, openPage, type RunningStudio, startStudio } from './support/studio.js'

describe.skipIf(noBrowser)(unless(noBrowser, 'what is dropped and pasted'), () => {
  const folder = suiteFolder()
  const dir = path.join(folder, 'work')
  const photosOf = (label: string) => readdirSync(path.join(dir, 'photos', label)).toSorted()
  let studio: RunningStudio
  closeBrowserAfter()
  beforeAll(async () => {
    studio = await startStudio(dir)
  })
  afterAll(() => studio.stop())

  it('makes classes of the folders in a folder, whatever lies around and below them', async () => {
    const album = writeTree(
      {
        'train/cat/1.png': await drawing('ball', 1),
        'train/cat/2.png': await drawing('ball', 2),
        'train/cat/kittens/3.png': await drawing('ball', 3),
        'train/dog/1.png': await drawing('wave', 1),
        'valid/dog/2.png': await drawing('wave', 2),
        'valid/dog/.thumbnails/t.png': await drawing('wave', 9),
        'valid/dog/notes.txt': Buffer.from('x'),
      },
      path.join(folder, 'album'),
    )
    // The browser gives folders a hundred entries at a time.
    for (let i = 10; i < 130; i++) writeTree({ [`train/dog/${i}.png`]: await drawing('wave', i) }, album)
    mkdirSync(path.join(album, 'empty'))
    const { page, complaints, close } = await openPage(studio)
    await page.getByRole('heading', { name: 'What should it tell apart?' }).waitFor()
    await dropFiles(page, '.gather', [album])
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('3 photos from cat').fill('a cat')
    expect(await dialog.getByLabel('122 photos from dog').inputValue()).toBe('dog')
    await dialog.getByText('1 file is no photo').waitFor()
    await dialog.getByRole('button', { name: 'Add' }).click()
    await page.getByText('125 photos added').waitFor()
    expect(photosOf('a cat')).toEqual(['1.png', '2.png', '3.png'])
    expect(photosOf('dog')).toHaveLength(122)
    expect(complaints).toEqual([])
    await close()
  })

  it('puts a folder that is dropped on a class into that class, and says what could not be read', async () => {
    const more = writeTree({ 'deep/deeper/4.png': await drawing('ball', 4) }, path.join(folder, 'more'))
    const { page, close } = await openPage(studio)
    await page.locator('[data-class="a cat"]').waitFor()
    await dropFiles(page, '[data-class="a cat"]', [more])
    await page.getByText('1 photo added').waitFor()
    expect(photosOf('a cat')).toEqual(['1.png', '2.png', '3.png', '4.png'])
    // A folder that its user may not read, which no test that runs as root can make.
    await page.evaluate(`DataTransferItem.prototype.webkitGetAsEntry = () => ({
      isDirectory: true, isFile: false, name: 'sealed',
      createReader: () => ({ readEntries: (_, fail) => fail(new Error('not allowed')) }) })`)
    await dropFiles(page, '.gather', [more])
    await page.getByText('The browser could not read “sealed”.').waitFor()
    await close()
  })

  it('asks of all that is dropped while it asks, however long the names are', async () => {
    const long = `${'somewhere in an export '.repeat(3)}${'x'.repeat(90)}`
    const given = writeTree(
      {
        'loose.png': await drawing('ball', 60),
        [`${long}/1.png`]: await drawing('ball', 61),
        'fish/1.png': await drawing('wave', 700),
      },
      path.join(folder, 'given'),
    )
    const { page, complaints, close } = await openPage(studio, { width: 360, height: 2500 })
    await page.locator('[data-class="a cat"]').waitFor()
    await dropFiles(page, '.new-class', [path.join(given, 'loose.png')])
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('1 photo').fill('found')
    await dropFiles(page, '.overlay', [path.join(given, long), path.join(given, 'fish')])
    await dialog.getByLabel('1 photo from fish').waitFor()
    const add = dialog.getByRole('button', { name: 'Add' })
    const [box, within] = [await add.boundingBox(), await page.locator('.dialog').boundingBox()]
    const end = (one: typeof box) => (one?.x ?? 0) + (one?.width ?? 0)
    expect(end(box)).toBeLessThan(end(within))
    await add.click()
    await page.getByText('3 photos added').waitFor()
    expect([photosOf('found'), photosOf(long), photosOf('fish')]).toEqual([
      ['loose.png'],
      ['1.png'],
      ['1.png'],
    ])
    expect(complaints).toEqual([])
    await close()
  })

  it('takes photos out of the clipboard: for the class whose card has the keyboard, else it asks', async () => {
    const { page, complaints, close } = await openPage(studio)
    await copyPhoto(page, await drawing('ball', 50))
    await page.locator('[data-class="a cat"]').getByRole('button').first().focus()
    await page.keyboard.press('Control+v')
    await page.getByText('1 photo added').waitFor()
    expect(photosOf('a cat')).toHaveLength(5)
    await copyPhoto(page, await drawing('wave', 500))
    await page.getByRole('link', { name: 'Gather' }).focus()
    await page.keyboard.press('Control+v')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('1 photo').fill('pasted')
    // A second one, while it is asked of what class the first is, changes nothing.
    await page.keyboard.press('Control+v')
    await dialog.getByRole('button', { name: 'Add' }).click()
    await page.getByText('2 photos added').waitFor()
    expect(photosOf('pasted')).toEqual(['image.png'])
    // Text goes where text is written.
    await page.evaluate(`navigator.clipboard.writeText('fox')`)
    await page.getByLabel('Name of the class').focus()
    await page.keyboard.press('Control+v')
    await expect.poll(() => page.getByLabel('Name of the class').inputValue()).toBe('fox')
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(complaints).toEqual([])
    await close()
  })
})

/** Has the browser copy a photo, as a screenshot program does. */
async function copyPhoto(page: Page, png: Buffer): Promise<void> {
  await page.evaluate(
    `navigator.clipboard.write([new ClipboardItem({ 'image/png':
      new Blob([Uint8Array.from(atob('${png.toString('base64')}'), c => c.charCodeAt(0))], { type: 'image/png' }) })])`,
  )
}
