import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium } from 'playwright-core'
import { freePort } from './serve/servers.js'
import { type GridFigures, gridFigures } from './studio/grid.js'
import { findLabelStudio, LabelStudio, noLabelStudio } from './studio/label-studio.js'
import { OurStudio } from './studio/our-studio.js'
import { manyPhotos, sizeText } from './support/many-photos.js'
import { type BenchOptions, type BenchResult, row } from './support/result.js'

const name = 'studio'
const PHOTOS = 10_000
const DEFAULT_ROUNDS = 3
const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** What a person waits for, and what a screen shows: limits of the page itself, whatever another does. */
const limits = { firstMs: 1000, frames: 59, blankMs: 100, memoryMb: 400, weightKb: 400 }

/**
 * The grid of *Clean* with ten thousand photos in Chromium, beside Label Studio's on the same photos, in turns: until photos fill the window,
 * frames a second and the longest blank row while it scrolls, and the page's memory. And what the page weighs.
 */
export async function benchStudio({ json, rounds = DEFAULT_ROUNDS }: BenchOptions): Promise<BenchResult> {
  if (!existsSync(chromiumPath))
    return {
      name,
      rows: [],
      skipped: `there is no Chromium at ${chromiumPath}: install one, or name it in CHROMIUM`,
    }
  const say = (what: string) => (json ? undefined : process.stderr.write(`${what}\n`))
  const folder = await manyPhotos(PHOTOS, 'small', made => say(`${made} photos drawn`))
  const home = await mkdtemp(path.join(tmpdir(), 'chiquito-bench-studio-'))
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] })
  const program = findLabelStudio()
  const studio = await OurStudio.start(folder)
  let other: LabelStudio | undefined
  try {
    if (program !== undefined) {
      say('filling Label Studio')
      const photos = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(one =>
        /\.jpg$/.test(one),
      )
      other = await LabelStudio.start(program, browser, { folder, photos, home, port: await freePort() })
    }
    const all = { ours: [] as GridFigures[], theirs: [] as GridFigures[] }
    for (let round = 1; round <= rounds; round++) {
      say(`round ${round} of ${rounds}`)
      all.ours.push(await gridFigures(browser, studio.at('clean')))
      const { grid } = other ?? {}
      if (grid)
        all.theirs.push(
          await gridFigures(browser, grid, context => other?.admit(context) ?? Promise.resolve()),
        )
    }
    const both = (what: (one: GridFigures) => number): [number[], number[]] => [
      all.ours.map(what),
      other === undefined ? [Number.NaN] : all.theirs.map(what),
    ]
    const [first] = all.ours
    return {
      name,
      rows: [
        row('first screen, the first time', 'ms', [first.first], both(one => one.first)[1].slice(0, 1), {
          limit: limits.firstMs,
        }),
        row('first screen', 'ms', ...both(one => one.first), { limit: limits.firstMs }),
        { ...row('frames while scrolling', 'a second', ...both(one => one.frames)), least: limits.frames },
        row('longest blank row', 'ms', ...both(one => one.blank), { limit: limits.blankMs }),
        row('memory of the page', 'MB', ...both(one => one.memory), { limit: limits.memoryMb }),
        row('loaded before the first photo, compressed', 'kB', ...both(one => one.weight), {
          limit: limits.weightKb,
        }),
      ],
      notes: [`${PHOTOS} photos of ${sizeText('small')}`, ...(program === undefined ? [noLabelStudio] : [])],
    }
  } finally {
    await studio.stop()
    await other?.stop()
    await browser.close()
    await rm(home, { recursive: true, force: true })
  }
}
