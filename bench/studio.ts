import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { freePort } from './serve/servers.js'
import { type GridFigures, gridFigures, plainFrames } from './studio/grid.js'
import { findLabelStudio, LabelStudio, noLabelStudio } from './studio/label-studio.js'
import { OurStudio } from './studio/our-studio.js'
import { manyPhotos, sizeText } from './support/many-photos.js'
import { type BenchOptions, type BenchResult, type BenchRow, row } from './support/result.js'

const name = 'studio'
const PHOTOS = 10_000
const DEFAULT_ROUNDS = 3
const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** What a person waits for, and what a screen shows: limits of the page itself, whatever another does. */
const limits = { firstMs: 1000, frames: 59, blankMs: 100, memoryMb: 400, weightKb: 400 }

/**
 * The grid of *Clean* with ten thousand photos in Chromium, beside Label Studio's on the same photos, in turns: until photos fill the window,
 * frames a second and the longest blank row while it scrolls, and the page's memory. And what the page weighs.
 *
 * Each turn of ours begins with an empty cache folder and a studio that has just been started: its page is opened the moment its address is
 * printed, and opened again when it has been scrolled through.
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
  let other: LabelStudio | undefined
  try {
    if (program !== undefined) {
      say('filling Label Studio')
      const photos = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(one =>
        /\.jpg$/.test(one),
      )
      other = await LabelStudio.start(program, browser, { folder, photos, home, port: await freePort() })
    }
    const all: Turn[] = []
    for (let round = 1; round <= rounds; round++) {
      say(`round ${round} of ${rounds}`)
      const [unseen, kept] = await ours(browser, folder, path.join(home, `cache-${round}`))
      const { grid } = other ?? {}
      const theirs =
        grid === undefined
          ? undefined
          : await gridFigures(browser, grid, async context => void (await other?.admit(context)))
      all.push({ unseen, kept, theirs, plain: await plainFrames(browser) })
    }
    return {
      name,
      rows: rowsOf(all),
      notes: [
        `${PHOTOS} photos of ${sizeText('small')}`,
        'the plain page has nothing but boxes, none of them a photo: what this machine shows at best when so much scrolls past',
        ...(program === undefined ? [noLabelStudio] : []),
      ],
    }
  } finally {
    await other?.stop()
    await browser.close()
    await rm(home, { recursive: true, force: true })
  }
}

/** The page over a folder that was never seen, and over one whose thumbnails are kept. */
async function ours(browser: Browser, folder: string, cache: string): Promise<[GridFigures, GridFigures]> {
  const studio = await OurStudio.start(folder, { CHIQUITO_CACHE: cache })
  try {
    return [await gridFigures(browser, studio.at('clean')), await gridFigures(browser, studio.at('clean'))]
  } finally {
    await studio.stop()
  }
}

/** One turn of each. */
interface Turn {
  readonly unseen: GridFigures
  readonly kept: GridFigures
  readonly theirs: GridFigures | undefined
  /** Frames a second of a page without photos. */
  readonly plain: number
}

function rowsOf(all: readonly Turn[]): BenchRow[] {
  const theirs = all.flatMap(turn => turn.theirs ?? [])
  const beside = (what: (one: GridFigures) => number, some = theirs) =>
    some.length === 0 ? [Number.NaN] : some.map(what)
  const unseen = (what: (one: GridFigures) => number) => all.map(turn => what(turn.unseen))
  const kept = (what: (one: GridFigures) => number) => all.map(turn => what(turn.kept))
  const first = (one: GridFigures) => one.first
  const frames = (one: GridFigures) => one.frames
  const blank = (one: GridFigures) => one.blank
  const memory = (one: GridFigures) => one.memory
  const weight = (one: GridFigures) => one.weight
  const { firstMs, blankMs, memoryMb, weightKb } = limits
  return [
    row('first screen of photos never seen', 'ms', unseen(first), beside(first, theirs.slice(0, 1)), {
      limit: firstMs,
    }),
    row('first screen', 'ms', kept(first), beside(first), { limit: firstMs }),
    {
      ...row('frames while scrolling, photos never seen', 'a second', unseen(frames), beside(frames)),
      least: limits.frames,
    },
    {
      ...row('frames while scrolling', 'a second', kept(frames), beside(frames)),
      least: limits.frames,
    },
    row(
      'frames of a plain page of boxes',
      'a second',
      all.map(({ plain }) => plain),
      [Number.NaN],
    ),
    row('longest blank row, photos never seen', 'ms', unseen(blank), beside(blank), { limit: blankMs }),
    row('longest blank row', 'ms', kept(blank), beside(blank), { limit: blankMs }),
    row('memory of the page', 'MB', kept(memory), beside(memory), { limit: memoryMb }),
    row('loaded before the first photo, compressed', 'kB', kept(weight), beside(weight), {
      limit: weightKb,
    }),
  ]
}
