import type { Browser, Page } from 'playwright-core'
import type { Prediction } from '../../src/index.js'

export interface OpenedApp {
  readonly page: Page
  /** What the page said that it should not have. */
  readonly complaints: string[]
}

export interface OpenOptions {
  readonly locale?: string
  readonly colorScheme?: 'light' | 'dark'
}

/** An exported page in a phone's browser that was never there before. */
export async function openApp(
  browser: Browser,
  address: string,
  { locale = 'en-GB', colorScheme = 'light' }: OpenOptions = {},
): Promise<OpenedApp> {
  const context = await browser.newContext({ locale, colorScheme, viewport: { width: 390, height: 844 } })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', message => {
    // Chromium's own note that a machine without a graphics processor has none.
    if (!/No available adapters/.test(message.text())) complaints.push(message.text())
  })
  page.on('pageerror', error => complaints.push(error.message))
  await page.goto(address)
  await page.locator('body[data-checked], body[data-state=failed]').waitFor()
  return { page, complaints }
}

/** What an exported page says of a file that is chosen. */
export async function verdictOn(page: Page, file: string): Promise<Prediction> {
  await page.evaluate("delete document.getElementById('verdict').dataset.verdict")
  await page.setInputFiles('#file', file)
  const verdict = await page.locator('#verdict[data-verdict]').getAttribute('data-verdict')
  return JSON.parse(verdict ?? '')
}

/** Waits until everything is there to work without a network. */
export async function kept(page: Page): Promise<void> {
  await page.locator('#offline:not([hidden])').waitFor()
}
