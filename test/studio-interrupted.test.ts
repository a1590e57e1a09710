// What goes wrong around an open page: the server is started again, the folder is taken away, tabs are left open.
import { readdirSync, renameSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { seriousFaults } from './support/axe.js'
import { noBrowser, unless } from './support/browser.js'
import { suiteFolder } from './support/chiquito.js'
import { resizeDisk, smallDisk, writeTree } from './support/files.js'
import { freePort } from './support/free-port.js'
import { drawing, drawings } from './support/photos.js'
import { closeBrowserAfter, openPage, startStudio } from './support/studio.js'

/** As where a tab is put behind others: in tests all tabs count as seen. */
const hide = (page: Page, isHidden: boolean) =>
  page.evaluate(`{
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${isHidden} })
    document.dispatchEvent(new Event('visibilitychange'))
  }`)

const photosOf = (page: Page, label: string) =>
  page
    .locator('.class-card', { has: page.getByRole('heading', { name: label, exact: true }) })
    .locator('p')
    .first()

describe.skipIf(noBrowser)(unless(noBrowser, 'An open page of the studio'), () => {
  const folder = suiteFolder()
  closeBrowserAfter()

  const workspace = async (name: string) =>
    writeTree(
      { ...(await drawings('ball', 'ball', 3)), ...(await drawings('wave', 'wave', 3)) },
      path.join(folder, name),
    )

  it('leaves room for as many tabs as somebody opens, and shows what changed while it was not seen', async () => {
    const studio = await startStudio(await workspace('tabs'))
    const { page, context, close } = await openPage(studio)
    await photosOf(page, 'ball').getByText('3 photos').waitFor()
    await hide(page, true)
    // A browser has six connections to a server.
    for (let i = 0; i < 8; i++) {
      const tab = await context.newPage()
      await tab.goto(studio.started.address)
      await photosOf(tab, 'ball').getByText('3 photos').waitFor()
      await hide(tab, true)
    }
    await studio.json('/api/upload?label=ball&name=new.png', {
      method: 'POST',
      body: await drawing('ball', 50),
    })
    await hide(page, false)
    await photosOf(page, 'ball').getByText('4 photos').waitFor()
    await close()
    await studio.stop()
  })

  it('asks for the token of a server that was started again, and then sends what it still has', async () => {
    const dir = await workspace('again')
    const port = ['--port', String(await freePort())]
    const first = await startStudio(dir, port)
    const { page, close } = await openPage(first)
    await photosOf(page, 'ball').getByText('3 photos').waitFor()
    await first.stop('SIGKILL')
    await page.getByText('The server does not answer.').waitFor()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      expect(await seriousFaults(page), colorScheme).toEqual([])
    }
    // A place that was never gone to, so that it is not there yet.
    await page.getByRole('link', { name: 'Train', exact: true }).click()
    await page.getByRole('link', { name: 'Gather', exact: true }).click()
    const chosen = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'Add photos to ball' }).click()
    const files = await Promise.all(
      [61, 62, 63, 64, 65].map(async number => ({
        ...{ name: `${number}.png`, mimeType: 'image/png' },
        buffer: await drawing('ball', number),
      })),
    )
    await (await chosen).setFiles(files)
    await page.getByText('Waiting for the server; nothing is lost.').waitFor()
    const second = await startStudio(dir, port)
    await page.getByText('The server was started again').waitFor()
    await page.getByLabel('Token').fill(second.started.address)
    await page.getByRole('button', { name: 'Open' }).click()
    await photosOf(page, 'ball').getByText('8 photos').waitFor()
    expect(readdirSync(path.join(dir, 'ball'))).toHaveLength(8)
    await page.getByRole('link', { name: 'Train', exact: true }).click()
    await page.getByRole('heading', { name: 'Train a model' }).waitFor()
    await close()
    await second.stop()
  })

  it('says that its folder is gone, makes no other in its place, and goes on once it is back', async () => {
    const dir = await workspace('moved')
    const elsewhere = path.join(folder, 'elsewhere')
    const studio = await startStudio(dir)
    const { page, close } = await openPage(studio)
    await photosOf(page, 'ball').getByText('3 photos').waitFor()
    const cleaning = await openPage(studio, { hash: '#/clean' })
    await cleaning.page.locator('[role=gridcell]').first().waitFor()
    renameSync(dir, elsewhere)
    // Over what was shown before.
    for (const one of [page, cleaning.page])
      await one.getByRole('alert').getByText('is not there any more').first().waitFor()
    await page.reload()
    await page.getByRole('alert').getByText(`The folder "${dir}" is not there any more.`).waitFor()
    const upload = await studio.fetch('/api/upload?label=ball&name=new.png', {
      method: 'POST',
      body: await drawing('ball', 50),
    })
    expect(upload.status).toBe(500)
    expect(readdirSync(folder)).not.toContain('moved')
    renameSync(elsewhere, dir)
    await photosOf(page, 'ball').getByText('3 photos').waitFor()
    await cleaning.page.getByRole('alert').waitFor({ state: 'detached' })
    await cleaning.close()
    await close()
    await studio.stop()
  })

  it('says that the disk is full to whom it refuses a photo, and takes it once there is room', async ({
    skip,
  }) => {
    const disk = smallDisk(2e6)
    if (disk === undefined) return skip('no small disk can be made here')
    const studio = await startStudio(writeTree(await drawings('photos/ball', 'ball', 2), disk))
    const { page, close } = await openPage(studio)
    await photosOf(page, 'ball').getByText('2 photos').waitFor()
    const large = {
      name: 'large.png',
      mimeType: 'image/png',
      buffer: await drawing('ball', 60, { side: 1000 }),
    }
    const send = async () => {
      const chosen = page.waitForEvent('filechooser')
      await page.getByRole('button', { name: 'Add photos to ball' }).click()
      await (await chosen).setFiles([large])
    }
    await send()
    await page.locator('.upload-bar').getByText('the disk is full').waitFor()
    expect(readdirSync(path.join(disk, '.chiquito/incoming'))).toEqual([])
    resizeDisk(disk, 20e6)
    await send()
    await photosOf(page, 'ball').getByText('3 photos').waitFor()
    await close()
    await studio.stop()
  })
})
