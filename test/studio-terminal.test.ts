// What is done in a terminal, or by hand, while pages of `chiquito studio` are open.
import { copyFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noBrowser } from './support/browser.js'
import { chiquito, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawing, drawings } from './support/photos.js'
import { closeBrowserAfter, openPage, type RunningStudio, startStudio } from './support/studio.js'

/** The labels that the tiles show, in order. */
const labels = (page: Page) => page.locator('.tile-label').allTextContents()
const classes = (balls: number, waves: number) => [...Array(balls).fill('ball'), ...Array(waves).fill('wave')]

describe.skipIf(noBrowser)(`a terminal beside the studio (skipped where ${noBrowser})`, () => {
  const folder = suiteFolder()
  const dir = path.join(folder, 'photos')
  const env = { CHIQUITO_CACHE: path.join(folder, 'cache') }
  let studio: RunningStudio
  closeBrowserAfter()
  beforeAll(async () => {
    writeTree({ ...(await drawings('ball', 'ball', 4)), ...(await drawings('wave', 'wave', 4)) }, dir)
    studio = await startStudio(dir, [], env)
  })
  afterAll(() => studio.stop())

  const command = async (...words: string[]) => {
    const told = await chiquito(words, { env })
    expect(told.status, told.stderr).toBe(0)
  }

  it('shows in every tab what a command took back, set aside or brought back, without being asked', async () => {
    const [one, two] = [
      await openPage(studio, { hash: '#/clean' }),
      await openPage(studio, { hash: '#/gather', language: 'es' }),
    ]
    const tabs = async (balls: number, waves: number) => {
      await expect.poll(() => labels(one.page), { timeout: 15_000 }).toEqual(classes(balls, waves))
      const card = two.page.locator('[data-class=wave]')
      await card.getByText(waves === 1 ? '1 foto' : `${waves} fotos`, { exact: true }).waitFor()
    }
    await tabs(4, 4)
    await one.page.locator('[role=gridcell]').first().focus()
    await one.page.keyboard.press('2')
    await tabs(3, 5)
    await command('undo', dir)
    await tabs(4, 4)
    // The buttons know it, too.
    await one.page.getByRole('button', { name: 'Redo: relabel' }).click()
    await tabs(3, 5)
    await two.page.getByRole('button', { name: /^Deshacer: / }).click()
    await tabs(4, 4)
    copyFileSync(path.join(dir, 'ball/1.png'), path.join(dir, 'ball/copied by hand.png'))
    await tabs(5, 4)
    await command('doctor', dir, '--quick', '--fix')
    await tabs(4, 4)
    await one.page.getByRole('link', { name: 'Set aside 1' }).waitFor()
    await command('undo', dir)
    await tabs(5, 4)
    expect([...one.complaints, ...two.complaints]).toEqual([])
    await one.close()
    await two.close()
  })

  it('shows at once to a page that is opened later what was done while nobody looked', async () => {
    const first = await openPage(studio, { hash: '#/clean' })
    await expect.poll(() => labels(first.page)).toEqual(classes(5, 4))
    await first.close()
    writeFileSync(path.join(dir, 'wave/5.png'), await drawing('wave', 50))
    const later = await openPage(studio, { hash: '#/clean' })
    await expect.poll(() => labels(later.page)).toEqual(classes(5, 5))
    await later.close()
  })
})
