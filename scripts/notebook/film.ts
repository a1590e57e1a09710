import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import sharp from 'sharp'

const FRAME_MS = 200
/** What stands still is shown no longer than that: nobody watches somebody wait. */
const LONGEST_STILL_MS = 1600
const QUALITY = 75

/** A page filmed, until it is cut. */
export class Film {
  private readonly frames: { readonly png: Buffer; readonly at: number }[] = []
  private isOn = true
  private readonly ended: Promise<void>

  private constructor(private readonly page: Page) {
    this.ended = this.record()
  }

  static of(page: Page): Film {
    return new Film(page)
  }

  /** Ends it, and gives all of it as an animated WebP. */
  async cut(): Promise<Buffer> {
    this.isOn = false
    await this.ended
    const kept = this.frames.filter(({ png }, i) => i === 0 || !png.equals(this.frames[i - 1].png))
    const end = performance.now()
    const delay = kept.map(({ at }, i) =>
      Math.round(Math.min(LONGEST_STILL_MS, (kept[i + 1]?.at ?? end) - at)),
    )
    return sharp(
      kept.map(({ png }) => png),
      { join: { animated: true } },
    )
      .webp({ quality: QUALITY, delay, loop: 0, effort: 4 })
      .toBuffer()
  }

  private async record(): Promise<void> {
    while (this.isOn) {
      const at = performance.now()
      this.frames.push({ png: await this.page.screenshot(), at })
      await pause(Math.max(0, FRAME_MS - (performance.now() - at)))
    }
  }
}
