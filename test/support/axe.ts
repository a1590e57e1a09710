import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'

const root = path.dirname(path.dirname(import.meta.dirname))
const axe = readFileSync(path.join(root, 'node_modules/axe-core/axe.min.js'), 'utf8')

/** What axe finds serious or worse about a page as it is now. */
export async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  return page.evaluate<string[]>(
    `axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
      violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => id + ': ' + nodes.map(n => n.html + n.failureSummary).join('; ')))`,
  )
}
