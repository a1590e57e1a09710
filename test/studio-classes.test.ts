// Classes on the page of `chiquito studio`: made by mistake, renamed, left behind, and the first one that stands alone.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StateAnswer } from '../src/studio/api/state.js'
import { noBrowser, unless } from './support/browser.js'
import { suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawings } from './support/photos.js'
import { closeBrowserAfter, openPage, type RunningStudio, startStudio } from './support/studio.js'

const card = (page: Page, label: string) => page.locator(`[data-class=${JSON.stringify(label)}]`)

async function makeClass(page: Page, name: string): Promise<void> {
  await page.getByLabel('Name of the class').fill(name)
  await page.getByRole('button', { name: 'Make' }).click()
  await card(page, name).waitFor()
}

describe.skipIf(noBrowser)(unless(noBrowser, 'a class without photos'), () => {
  const folder = suiteFolder()
  const dir = path.join(folder, 'work')
  const at = (...names: string[]) => path.join(dir, 'photos', ...names)
  let studio: RunningStudio
  closeBrowserAfter()
  beforeAll(async () => {
    writeTree(await drawings('photos/ball', 'ball', 3), dir)
    studio = await startStudio(dir)
  })
  afterAll(() => studio.stop())

  it('gets another name, or goes; one with photos keeps both', async () => {
    const { page, complaints, close } = await openPage(studio)
    await makeClass(page, 'wawe')
    await page.getByRole('button', { name: 'Rename wawe' }).click()
    const dialog = page.getByRole('dialog')
    for (const [name, why] of [
      ['ball', 'There is a class "ball" already.'],
      ['a:b', 'cannot be called'],
    ] as const) {
      await dialog.getByLabel('Name of the class').fill(name)
      await dialog.getByRole('button', { name: 'Rename' }).click()
      await dialog.getByText(why).waitFor()
    }
    await dialog.getByLabel('Name of the class').fill('Wave')
    await page.keyboard.press('Enter')
    await card(page, 'Wave').waitFor()
    expect([existsSync(at('wawe')), existsSync(at('Wave'))]).toEqual([false, true])
    writeFileSync(at('Wave', '.DS_Store'), 'left by a file manager')
    await page.getByRole('button', { name: 'Remove Wave' }).click()
    await card(page, 'Wave').waitFor({ state: 'detached' })
    expect(readdirSync(at())).toEqual(['ball'])
    await expect.poll(() => page.evaluate('document.activeElement.tagName')).toBe('INPUT')
    expect(await page.getByRole('button', { name: 'Remove ball' }).count()).toBe(0)
    const refused = await studio.fetch('/api/classes/remove', {
      method: 'POST',
      body: JSON.stringify({ label: 'ball' }),
      headers: { 'content-type': 'application/json' },
    })
    expect([refused.status, readdirSync(at('ball')).length]).toEqual([422, 3])
    expect(complaints.filter(one => !one.includes('422'))).toEqual([])
    await close()
  })

  it('is left as it is where its folder holds other files', async () => {
    mkdirSync(at('notes'))
    writeFileSync(at('notes', 'read me.txt'), 'mine')
    const { page, close } = await openPage(studio)
    await page.getByRole('button', { name: 'Remove notes' }).click()
    await page.getByRole('alert').getByText('its folder holds "read me.txt"').waitFor()
    expect(readdirSync(at('notes'))).toEqual(['read me.txt'])
    await close()
  })

  it('is shown and can go in a folder that is worked on where it lies, and brings its photos back when they are', async () => {
    const own = writeTree(
      { ...(await drawings('ball', 'ball', 2)), ...(await drawings('wave', 'wave', 2)) },
      path.join(folder, 'own'),
    )
    mkdirSync(path.join(own, 'somebody’s papers'))
    writeFileSync(path.join(own, 'somebody’s papers', 'letter.pdf'), '')
    const inPlace = await startStudio(own)
    const { page, close } = await openPage(inPlace)
    await card(page, 'wave').waitFor()
    await makeClass(page, 'new one')
    const labels = async () =>
      (await inPlace.json<StateAnswer>('/api/state')).classes.map(({ label }) => label)
    expect(await labels()).toEqual(['ball', 'new one', 'wave'])
    await page.goto(`${inPlace.started.address}#/clean?class=wave`)
    await page.waitForSelector('[role=gridcell]')
    await page.locator('[role=gridcell]').first().focus()
    await page.keyboard.press('Control+a')
    await page.keyboard.press('x')
    await expect.poll(() => readdirSync(path.join(own, 'wave'))).toEqual([])
    await page.getByRole('link', { name: 'Gather' }).click()
    await page.getByRole('button', { name: 'Remove wave' }).click()
    await card(page, 'wave').waitFor({ state: 'detached' })
    expect(await labels()).toEqual(['ball', 'new one'])
    await page.getByRole('button', { name: /^Undo: / }).click()
    await card(page, 'wave').getByText('2 photos').waitFor()
    await close()
    await inPlace.stop()
  })
})
