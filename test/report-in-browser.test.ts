// The report and the doctor's page as a browser shows them: light and dark, on a desk and on a phone, from a file, without a network.
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { picturesWanted, renderDoctorPage, renderReport } from '../src/report/index.js'
import { chromiumPath, launchChromium } from './support/browser.js'
import { doctorPictures, doctorSample } from './support/doctor-sample.js'
import { sampleReport } from './support/report-sample.js'

const MANY = [
  'cat',
  'dog',
  'horse',
  'cow',
  'sheep',
  'bear',
  'bird',
  'fish',
  'zebra',
  '熊猫',
  `long ${'x'.repeat(150)}`,
]

describe.skipIf(!existsSync(chromiumPath))('the report in Chromium (CHROMIUM names another path)', () => {
  let browser: Browser
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'chiquito-report-'))
    const path250 = (label: string, n: number) => `valid/${label}/${n}-${'n'.repeat(250)}.jpg`
    const two = await sampleReport({ labels: ['chiquito', 'not'], perClass: 50, strength: 4.5 })
    const many = await sampleReport({ labels: MANY, perClass: 12, strength: 3, path: path250 })
    await writeFile(path.join(folder, 'two.html'), await renderReport(two))
    await writeFile(path.join(folder, 'many.html'), await renderReport(many))
    const found = doctorSample({ photos: 10_000, labels: MANY, each: 200, path: n => path250('a', n) })
    const pictures = await doctorPictures(picturesWanted(found))
    await writeFile(path.join(folder, 'doctor.html'), await renderDoctorPage(found, pictures))
    browser = await launchChromium()
  })

  afterAll(async () => {
    await browser?.close()
    await rm(folder, { recursive: true, force: true })
  })

  async function open(name: string, colorScheme: 'light' | 'dark', width: number) {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme })
    const heard: string[] = []
    page.on('request', request => {
      if (!/^(file|data):/.test(request.url())) heard.push(request.url())
    })
    page.on('console', message => heard.push(message.text()))
    page.on('pageerror', error => heard.push(error.message))
    await page.goto(pathToFileURL(path.join(folder, `${name}.html`)).href)
    return { page, heard }
  }

  const views = ['two', 'many', 'doctor'].flatMap(name =>
    (['light', 'dark'] as const).flatMap(scheme => [1280, 390].map(width => ({ name, scheme, width }))),
  )
  it.each(views)('$name, $scheme, $width pixels wide: fits, is quiet and shows every picture', async view => {
    const { page, heard } = await open(view.name, view.scheme, view.width)
    const seen = await page.evaluate<{ width: number; broken: number; pictures: number; paper: string }>(`({
      width: document.documentElement.scrollWidth,
      pictures: document.images.length,
      broken: [...document.images].filter(image => image.naturalWidth === 0).length,
      paper: getComputedStyle(document.body).backgroundColor,
    })`)
    expect(seen.width).toBeLessThanOrEqual(view.width)
    expect(seen.pictures).toBeGreaterThan(10)
    expect(seen.broken).toBe(0)
    expect(seen.paper).toBe(view.scheme === 'light' ? 'rgb(251, 250, 247)' : 'rgb(23, 22, 19)')
    expect(heard).toEqual([])
    await page.close()
  })
})
