// The whole job by keyboard alone: nothing is pressed, moved over or touched by a pointer, and the keyboard is led by Tab.
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { noBrowser, unless } from './support/browser.js'
import { suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawing, drawings } from './support/photos.js'
import { LEARNING, standstillAt } from './support/standstill.js'
import { closeBrowserAfter, openPage, startStudio } from './support/studio.js'

/** More steps than any page has things to stop at: what is not reached by then cannot be. */
const MOST_STOPS = 150

/** Counts whatever only a pointer does. A click that the keyboard makes has no detail. */
const watchPointer = `
  globalThis.pointed = 0
  for (const type of ['pointerdown', 'mousedown', 'mousemove', 'touchstart', 'wheel'])
    addEventListener(type, () => globalThis.pointed++, { capture: true })
  addEventListener('click', ({ detail }) => { if (detail > 0) globalThis.pointed++ }, { capture: true })
`

/** What the element is called that has the keyboard, as assistive programs are told. */
const named = `(() => {
  const here = document.activeElement
  const byId = (here?.getAttribute('aria-labelledby') ?? '').split(' ').map(id => document.getElementById(id)?.textContent ?? '').join(' ').trim()
  const label = [...here?.labels ?? []].map(one => one.textContent).join(' ')
  return (here?.getAttribute('aria-label') || byId || label || here?.textContent || '').trim()
})()`

/** Goes on by Tab until what has the keyboard is called so. */
async function tabTo(page: Page, name: RegExp | string): Promise<void> {
  const passed: string[] = []
  for (let i = 0; i < MOST_STOPS; i++) {
    const now = await page.evaluate<string>(named)
    if (typeof name === 'string' ? now === name : name.test(now)) return
    passed.push(now)
    await page.keyboard.press('Tab')
  }
  throw new Error(`${name} is not reached by Tab; what was: ${passed.join(' | ')}`)
}

async function press(page: Page, name: RegExp | string, key = 'Enter'): Promise<void> {
  await tabTo(page, name)
  await page.keyboard.press(key)
}

describe.skipIf(noBrowser)(unless(noBrowser, 'The studio by keyboard'), () => {
  const folder = suiteFolder()
  closeBrowserAfter()

  it('is enough for the whole job: gather, clean, train, look, ship', async () => {
    const dir = path.join(folder, 'work')
    const own = path.join(folder, 'own')
    writeTree(
      {
        ...(await drawings('ball', 'ball', 16)),
        ...(await drawings('wave', 'wave', 16)),
        'ball/strayed.png': await drawing('wave', 99),
        'asked.png': await drawing('ball', 401),
      },
      own,
    )
    const files = (label: string) =>
      readdirSync(path.join(own, label)).map(name => path.join(own, label, name))
    const inClass = (label: string) =>
      existsSync(path.join(dir, 'photos', label)) ? readdirSync(path.join(dir, 'photos', label)) : []
    const learning = standstillAt(path.join(folder, 'halt'), LEARNING)
    const studio = await startStudio(dir, [], learning.env)
    const { page, context, complaints, close } = await openPage(studio)
    await context.addInitScript(watchPointer)
    await page.reload()
    await page.getByRole('heading', { name: 'What should it tell apart?' }).waitFor()

    // Gather: the first photos through the dialog that asks for their class, a second class by its name, its photos by its button.
    const chosen = page.waitForEvent('filechooser')
    await press(page, 'Choose photos')
    await (await chosen).setFiles(files('ball'))
    await page.getByRole('dialog').waitFor()
    await tabTo(page, '17 photos')
    await page.keyboard.type('ball')
    await page.keyboard.press('Enter')
    await page.getByText('17 photos added').waitFor()
    await tabTo(page, 'Name of the class')
    await page.keyboard.type('wave')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'wave', exact: true }).waitFor()
    const more = page.waitForEvent('filechooser')
    await press(page, 'Add photos to wave')
    await (await more).setFiles(files('wave'))
    await expect.poll(() => inClass('wave').length).toBe(16)

    // Clean: a photo in the wrong class.
    await press(page, 'Clean')
    await page.getByRole('gridcell', { name: /^strayed\.png/ }).waitFor()
    await tabTo(page, /^1\.png, ball/)
    for (let i = 0; i < 16; i++) await page.keyboard.press('ArrowRight')
    await expect.poll(() => page.evaluate<string>(named)).toMatch(/^strayed\.png/)
    await page.keyboard.press('2')
    await expect.poll(() => inClass('wave')).toContain('strayed.png')
    await page.keyboard.press('Control+z')
    await expect.poll(() => inClass('ball')).toContain('strayed.png')
    await page.keyboard.press('Control+y')
    await expect.poll(() => inClass('wave')).toContain('strayed.png')

    // Train, with fewer pixels than usual.
    await press(page, 'Train')
    await page.getByRole('heading', { name: 'Train a model' }).waitFor()
    await tabTo(page, /^Careful/)
    await page.keyboard.press('ArrowUp')
    await press(page, 'More choices')
    await tabTo(page, /^Pixels it looks at/)
    await page.keyboard.type('96')
    learning.halt()
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'run-1' }).getByText('cross-validation').waitFor()
    const stopped = page.waitForResponse(/\/stop$/)
    await press(page, 'Pause')
    await stopped
    learning.goOn()
    await page.getByText('Paused. What it has learnt is kept').waitFor()
    await press(page, 'Go on')
    await page.getByRole('link', { name: 'Look at it' }).waitFor()
    await press(page, 'Look at it')

    // Look: a cell of the matrix, its photos, one of them large and why; the line.
    await page.getByRole('heading', { name: /right answers$/ }).waitFor()
    await press(page, /^\d+ photos? of ball, recognised$/)
    await press(page, /ball\/.*recognised as/)
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('w')
    await page.getByText('Blue spoke for its answer, orange against it.').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await tabTo(page, 'Answers from a probability of')
    await page.keyboard.press('End')
    await page.getByText(/^Kept back:/).waitFor()

    // Ship: a verdict, and the lines that use it.
    await press(page, 'Ship')
    await page.locator('.try').waitFor()
    const asked = page.waitForEvent('filechooser')
    await press(page, 'Choose a photo')
    await (await asked).setFiles(path.join(own, 'asked.png'))
    await page.locator('.verdict-word').getByText('ball', { exact: true }).waitFor()
    await tabTo(page, 'TypeScript')
    await page.keyboard.press('ArrowRight')
    await press(page, 'Copy: Python')
    await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toContain('onnxruntime')

    expect(await page.evaluate('globalThis.pointed')).toBe(0)
    expect(complaints).toEqual([])
    await close()
    await studio.stop()
  })
})
