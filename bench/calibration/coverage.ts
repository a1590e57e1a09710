import { RandomStream } from '../../src/core/index.js'
import { eceInterval, equalWidthBins, wilson } from '../../src/evaluate/index.js'
import { draw, trueError, worlds } from '../../test/support/calibrated-worlds.js'
import type { TextTable } from '../support/result.js'

/** Sets of photos in all, as many of each model and size. */
const sets = 10_000
const sizes = [50, 100, 500]
/** What an interval of 95 % should reach everywhere. */
const least = 0.92

/** How often the interval of the calibration error holds the true one, which is known of drawn models. */
export function intervalCoverage(
  rounds: number,
  tell: (text: string) => void,
): { table: TextTable; failures: string[] } {
  const each = Math.round((sets * rounds) / (worlds.length * sizes.length))
  const lines = [['model', 'photos', 'true error', 'holds it', '95 % interval', 'above it', 'below it']]
  const failures: string[] = []
  for (const world of worlds) {
    const known = trueError(world)
    for (const count of sizes) {
      const random = RandomStream.fromSeed(1).fork(world.what, count)
      const outside = { above: 0, below: 0 }
      for (let n = 0; n < each; n++) {
        const { truth, rows } = draw(world, count, random)
        const [low, high] = eceInterval(equalWidthBins(truth, rows))
        if (low > known) outside.above++
        if (high < known) outside.below++
      }
      const held = each - outside.above - outside.below
      const [low, high] = wilson(held, each) ?? [0, 1]
      const what = `${world.what}, ${count} photos`
      if (high < least) failures.push(`${what}: holds the true error in ${held} of ${each} sets`)
      tell(`${what}: ${held} of ${each}`)
      const share = (part: number) => (part / each).toFixed(3)
      const interval = `${low.toFixed(3)} to ${high.toFixed(3)}`
      const parts = [share(held), interval, share(outside.above), share(outside.below)]
      lines.push([world.what, String(count), known.toFixed(3), ...parts])
    }
  }
  return { table: { title: `Coverage of the error's interval, ${each} sets each`, lines }, failures }
}
