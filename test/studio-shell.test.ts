// The page of `chiquito studio` as somebody opens it: five places, two languages, two themes, undisturbed by its own content policy.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { noBrowser } from './support/browser.js'
import { suiteFolder } from './support/chiquito.js'
import { closeBrowserAfter, openPage, type RunningStudio, startStudio } from './support/studio.js'

const axe = readFileSync(
  path.join(path.dirname(import.meta.dirname), 'node_modules/axe-core/axe.min.js'),
  'utf8',
)
const places = ['gather', 'clean', 'train', 'look', 'ship'] as const

describe.skipIf(noBrowser)(`the studio’s page (skipped where ${noBrowser})`, () => {
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
      await page.evaluate(axe)
      const faults = await page.evaluate<string[]>(
        `axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
          violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
            .map(({ id, nodes }) => id + ': ' + nodes.map(n => n.html + n.failureSummary).join('; ')))`,
      )
      expect(faults, place).toEqual([])
    }
    expect(complaints).toEqual([])
    await close()
  })
})
