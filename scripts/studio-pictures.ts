// Makes docs/studio/: every place in both themes and languages, on a desktop and a phone, and a film of the first minute, out of the demo
// data that the package carries: npm run -s studio-pictures
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import sharp from 'sharp'
import { OurStudio } from '../bench/studio/our-studio.js'
import { packagePath } from '../src/core/index.js'
import type { Job } from '../src/studio/api/jobs.js'
import { Film } from './notebook/film.js'

const places = ['gather', 'clean', 'train', 'look', 'ship'] as const
const devices = {
  desktop: { viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1 },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1.5 },
} as const
const QUALITY = 70
/** Long enough for what is asked of the server to have come. */
const SETTLED_MS = 2000
/** All of them together, and the film. */
const MOST_BYTES = 3_000_000

const out = packagePath('docs/studio')
const folder = mkdtempSync(path.join(tmpdir(), 'chiquito-pictures-'))
const dir = path.join(folder, 'my-photos')
mkdirSync(dir)
mkdirSync(out, { recursive: true })
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})
const studio = await OurStudio.start(dir)
try {
  await film(browser)
  await prepare()
  for (const language of ['en', 'es'] as const)
    for (const theme of ['light', 'dark'] as const)
      for (const device of ['desktop', 'phone'] as const) await pictures(browser, { language, theme, device })
} finally {
  await studio.stop()
  await browser.close()
  rmSync(folder, { recursive: true, force: true })
}
const bytes = readdirSync(out).map(name => [name, statSync(path.join(out, name)).size] as const)
const isFilm = ([name]: readonly [string, number]) => name.startsWith('first-minute')
for (const group of [bytes.filter(isFilm), bytes.filter(one => !isFilm(one))]) {
  const total = group.reduce((sum, [, size]) => sum + size, 0)
  console.log(`${group.length} files, ${(total / 1e6).toFixed(2)} MB`)
  if (total > MOST_BYTES) process.exitCode = 1
}

/** An empty folder, the demo data, a model, a verdict: what a newcomer sees. */
async function film(browser: Browser): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1000, height: 640 }, locale: 'en' })
  const page = await context.newPage()
  await page.goto(studio.address)
  const camera = Film.of(page)
  await page.getByRole('button', { name: 'Start with the demo data' }).waitFor()
  await page.waitForTimeout(1500)
  await page.getByRole('button', { name: 'Start with the demo data' }).click()
  await page.getByRole('button', { name: 'Train now' }).waitFor({ timeout: 120_000 })
  await page.waitForTimeout(1200)
  await page.getByRole('button', { name: 'Train now' }).click()
  await page.getByRole('button', { name: 'Picture 3' }).waitFor({ timeout: 300_000 })
  await page.waitForTimeout(1000)
  await page.getByRole('button', { name: 'Picture 3' }).click()
  await page.locator('.guide .verdict').waitFor({ timeout: 60_000 })
  await page.waitForTimeout(2000)
  for (const place of ['look', 'ship']) {
    await page.locator(`nav a[href="#/${place}"]`).click()
    await page.locator('main h1').first().waitFor()
    await page.waitForTimeout(2500)
  }
  writeFileSync(path.join(out, 'first-minute.webp'), await camera.cut())
  await context.close()
}

/** What there is to see in the other places: faults among the photos, what the doctor says of them, an app. */
async function prepare(): Promise<void> {
  const photos = path.join(dir, 'photos')
  const files = readdirSync(photos, { recursive: true, encoding: 'utf8' }).filter(one => /\.webp$/.test(one))
  const [animals, foods] = ['animal', 'food'].map(label =>
    files.filter(one => one.includes(`${label}${path.sep}`)),
  )
  const [animal, food] = [animals, foods].map(([first]) => path.dirname(path.join(photos, first)))
  cpSync(path.join(photos, animals[7]), path.join(animal, 'copy-of-it.webp'))
  cpSync(path.join(photos, animals[3]), path.join(food, 'strayed.webp'))
  const dark = sharp(path.join(photos, foods[5]))
    .flatten({ background: '#ffffff' })
    .modulate({ brightness: 0.08 })
  writeFileSync(path.join(food, 'dark.jpg'), await dark.jpeg().toBuffer())
  const { runs } = await studio.ask<{ runs: readonly { id: string }[] }>('/api/runs')
  await done(await studio.ask<Job>('/api/jobs', { kind: 'doctor', options: {} }))
  await done(await studio.ask<Job>(`/api/runs/${runs[0].id}/app`, { title: 'Animal or food?' }))
}

async function done({ id }: Job): Promise<void> {
  for (;;) {
    const { jobs } = await studio.ask<{ jobs: readonly Job[] }>('/api/jobs')
    const job = jobs.find(one => one.id === id)
    if (job?.state === 'done') return
    if (job?.error) throw new Error(job.error.message)
    await new Promise(resolve => setTimeout(resolve, 300))
  }
}

interface Look {
  readonly language: 'en' | 'es'
  readonly theme: 'light' | 'dark'
  readonly device: keyof typeof devices
}

async function pictures(browser: Browser, { language, theme, device }: Look): Promise<void> {
  const context = await browser.newContext({
    ...devices[device],
    locale: language,
    colorScheme: theme,
    reducedMotion: 'reduce',
  })
  for (const place of places) {
    const page = await context.newPage()
    await page.goto(studio.at(place))
    await shown(page, place)
    const png = await page.screenshot()
    const name = `${place}-${device}-${theme}-${language}.webp`
    writeFileSync(path.join(out, name), await sharp(png).webp({ quality: QUALITY }).toBuffer())
    await page.close()
  }
  await context.close()
}

async function shown(page: Page, place: (typeof places)[number]): Promise<void> {
  await page.locator('main h1, main h2, main [role=grid]').first().waitFor()
  await page.waitForTimeout(SETTLED_MS)
  if (place !== 'ship') return
  await page.setInputFiles('.try input[type=file]', {
    name: 'koala.webp',
    mimeType: 'image/webp',
    buffer: await koala(),
  })
  await page.locator('.verdict-note').waitFor()
  await page.locator('iframe').contentFrame().locator('body[data-checked]').waitFor({ timeout: 60_000 })
}

async function koala(): Promise<Buffer> {
  const { origin } = new URL(studio.address)
  const token = new URL(studio.address).searchParams.get('token')
  const { samples } = await studio.ask<{ samples: readonly { name: string }[] }>('/api/samples')
  const name = samples.find(sample => sample.name.includes('koala'))?.name ?? samples[0].name
  const response = await fetch(`${origin}/samples/${name}`, { headers: { authorization: `Bearer ${token}` } })
  return Buffer.from(await response.arrayBuffer())
}
