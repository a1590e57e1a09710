// The page of `chiquito studio` as somebody opens it: five places, two languages, two themes, undisturbed by its own content policy.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { seriousFaults } from './support/axe.js'
import { noBrowser, unless } from './support/browser.js'
import { suiteFolder } from './support/chiquito.js'
import { closeBrowserAfter, openPage, type RunningStudio, startStudio } from './support/studio.js'

const places = ['gather', 'clean', 'train', 'look', 'ship'] as const

describe.skipIf(noBrowser)(unless(noBrowser, 'the studio’s page'), () => {
  const folder = suiteFolder()
  let studio: RunningStudio
  closeBrowserAfter()
  beforeAll(async () => {
    studio = await startStudio(path.join(folder, 'empty'))
    return async () => {
      await studio.stop()
    }
  })

  it.each([
    ['light', 'en', 1440],
    ['dark', 'es', 390],
  ] as const)('shows every place without complaint: %s, %s, %i px', async (theme, language, width) => {
    const { page, complaints, close } = await openPage(studio, { theme, language, width })
    expect(new URL(page.url()).search).toBe('')
    for (const place of places) {
      await page.goto(`${studio.origin}/#/${place}`)
      await page.waitForSelector(`.place-${place} h1`)
      expect(await page.evaluate('document.documentElement.lang')).toBe(language)
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
      expect(await seriousFaults(page), place).toEqual([])
    }
    expect(complaints).toEqual([])
    await close()
  })

  it('keeps theme and language that were chosen, and asks who has no token for it', async () => {
    const { page, context, complaints, close } = await openPage(studio)
    await page.getByRole('button', { name: 'Theme and language' }).click()
    await page.getByText('Dark', { exact: true }).click()
    await page.getByText('Español').click()
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'Limpiar' }).click()
    await page.waitForURL(/#\/clean$/)
    await page.reload()
    await page.waitForSelector('.place-clean')
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark')
    await expect.poll(() => page.title()).toBe('Limpiar · chiquito')
    expect(complaints).toEqual([])
    const stranger = await context.newPage()
    await stranger.goto(studio.origin)
    await stranger.getByLabel('Token secreto').fill(studio.token)
    await stranger.getByRole('button', { name: 'Abrir' }).click()
    await stranger.waitForSelector('header nav')
    await close()
  })

  it('is walked by keyboard alone', async () => {
    const { page, close } = await openPage(studio)
    await page.waitForSelector('main h1')
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the work')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.tagName')).toBe('MAIN')
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'Train' }).focus()
    await page.keyboard.press('Enter')
    await page.waitForSelector('.place-train')
    await close()
  })
})

describe('the studio’s page as it was built', () => {
  it('has at most 400 kB, compressed, before the first photo, in any place', () => {
    const folder = path.join(path.dirname(import.meta.dirname), 'dist/studio-page')
    const files = new Map(
      readdirSync(path.join(folder, 'assets')).map(name => [
        name,
        readFileSync(path.join(folder, 'assets', name)),
      ]),
    )
    const page = readFileSync(path.join(folder, 'index.html'), 'utf8')
    const first = [...files.keys()].filter(name => page.includes(name))
    expect(first.length).toBeGreaterThan(1)
    for (const place of places) {
      const entry = [...files.keys()].filter(name => name.startsWith(`${place}-`))
      expect(entry.length, place).toBeGreaterThan(0)
      const needed = withImports([...first, ...entry], files)
      const bytes = needed.reduce((sum, name) => sum + gzipSync(files.get(name) ?? '').length, 0)
      expect(bytes, `${place}: ${needed.join(', ')}`).toBeLessThan(400_000)
    }
  })
})

/** Files and all that they load at once, by the names that stand in them. */
function withImports(names: readonly string[], files: ReadonlyMap<string, Buffer>): string[] {
  const needed = new Set(names)
  for (const name of needed)
    for (const [, file] of (files.get(name) ?? '')
      .toString()
      .matchAll(/(?:from|import)\s*["']\.\/([\w.-]+)["']/g))
      needed.add(file)
  return [...needed]
}
