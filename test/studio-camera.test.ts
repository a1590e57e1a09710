// Bursts from a webcam that shows the same all the time: one picture is kept, the others are left out, and nothing is taken once the button is let go.
import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { noBrowser, unless } from './support/browser.js'
import { suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawings } from './support/photos.js'
import { closeBrowserAfter, openPage, startStudio } from './support/studio.js'

/** Frames in a row, as Chromium takes them for what a camera sees; it begins anew at the end. */
async function film(file: string): Promise<string> {
  const data = Buffer.from(Array.from({ length: 320 * 240 * 3 }, (_, i) => ((i / 3) % 320 < 160 ? 200 : 40)))
  const frame = await sharp(data, { raw: { width: 320, height: 240, channels: 3 } })
    .jpeg({ chromaSubsampling: '4:2:0' })
    .toBuffer()
  writeFileSync(file, Buffer.concat(Array.from({ length: 10 }, () => frame)))
  return file
}

/** Counts how often something is drawn of the camera's picture. */
const countLooks = `(() => {
  globalThis.looks = 0
  const draw = OffscreenCanvasRenderingContext2D.prototype.drawImage
  OffscreenCanvasRenderingContext2D.prototype.drawImage = function (...args) {
    globalThis.looks++
    return draw.apply(this, args)
  }
})()`

describe.skipIf(noBrowser)(unless(noBrowser, 'The webcam'), () => {
  const folder = suiteFolder()
  closeBrowserAfter()

  it('keeps one of what looks the same, while the button is held and no longer', async () => {
    const dir = path.join(folder, 'work')
    writeTree(await drawings('photos/ball', 'ball', 1), dir)
    const studio = await startStudio(dir)
    const { page, complaints, close } = await openPage(studio, {
      camera: await film(path.join(folder, 'still.mjpeg')),
    })
    await page.getByRole('button', { name: 'Webcam for ball' }).click()
    await page.waitForSelector('.camera button.primary:not(:disabled)')
    await page.evaluate(countLooks)
    const looks = () => page.evaluate<number>('globalThis.looks')
    await page.getByRole('button', { name: 'Hold to record' }).hover()
    await page.mouse.down()
    await page.getByText(/^([5-9]|\d\d+) too alike/).waitFor()
    await page.mouse.up()
    const before = await looks()
    expect(before).toBeGreaterThan(5)
    // It is encoded for a while, and more may be found alike meanwhile.
    await page.locator('.camera-told').getByText('1 picture', { exact: true }).waitFor()
    await page.waitForTimeout(600)
    expect(await looks()).toBe(before)
    await page.getByRole('button', { name: 'Done' }).click()
    await expect.poll(() => readdirSync(path.join(dir, 'photos/ball')).length).toBe(2)
    expect(complaints).toEqual([])
    await close()
    await studio.stop()
  })
})
