import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { checkoutRoot, timed } from './support/process.js'
import { type BenchOptions, type BenchResult, type BenchRow, row } from './support/result.js'

/** The command line as it is shipped, and the same as tsc built it, whose modules and packages lie in a file each. */
const packed = 'dist/program/main.js'
const unpacked = 'dist/cli/main.js'

const PHOTOS_A_CLASS = 12
const SIZE = 96

/** Short commands as whole processes, packed beside unpacked, in turns (`--rounds`, 15). */
export async function benchStart({ json, rounds = 15, only }: BenchOptions): Promise<BenchResult> {
  const folder = await mkdtemp(path.join(tmpdir(), 'chiquito-start-'))
  try {
    const photos = path.join(folder, 'photos')
    await stripes(photos)
    const run = path.join(folder, 'run')
    const train = (out: string) => ['train', photos, '--fine-tune', 'never', '--out', out]
    await program(packed, train(run))
    const commands: Readonly<Record<string, () => readonly string[]>> = {
      'chiquito --help': () => ['--help'],
      'a photo classified': () => ['predict', run, path.join(photos, 'lying', '0.png')],
      'two dozen photos trained on': () => train(path.join(folder, 'again')),
    }
    const rows: BenchRow[] = []
    for (const [what, words] of Object.entries(commands)) {
      if (only !== undefined && !what.includes(only)) continue
      const seconds: Record<string, number[]> = { [packed]: [], [unpacked]: [] }
      for (let round = 0; round < rounds; round++)
        // Each begins every other turn.
        for (const main of round % 2 === 0 ? [packed, unpacked] : [unpacked, packed]) {
          seconds[main].push((await program(main, words())).seconds)
          await rm(path.join(folder, 'again'), { recursive: true, force: true })
        }
      rows.push(row(what, 's', seconds[packed], seconds[unpacked], { target: 1 }))
      if (!json) console.error(`${what}: ${seconds[packed].map(time => time.toFixed(2)).join(' ')}`)
    }
    return { name: 'start', rows }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function program(main: string, words: readonly string[]) {
  return timed(process.execPath, [path.join(checkoutRoot(), main), ...words])
}

/** Two classes: stripes that lie, and stripes that stand, each photo with its own distance between them. */
async function stripes(folder: string): Promise<void> {
  for (const [name, along] of Object.entries({ lying: 1, standing: 0 })) {
    await mkdir(path.join(folder, name), { recursive: true })
    for (let photo = 0; photo < PHOTOS_A_CLASS; photo++) {
      const pixels = Buffer.alloc(SIZE * SIZE * 3)
      for (let y = 0; y < SIZE; y++)
        for (let x = 0; x < SIZE; x++)
          pixels.fill(
            Math.floor((along ? y : x) / (4 + photo)) % 2 === 0 ? 220 : 40,
            3 * (y * SIZE + x),
            3 * (y * SIZE + x) + 3,
          )
      await sharp(pixels, { raw: { width: SIZE, height: SIZE, channels: 3 } })
        .png()
        .toFile(path.join(folder, name, `${photo}.png`))
    }
  }
}
