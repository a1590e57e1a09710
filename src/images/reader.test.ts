import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { RandomStream } from '../core/index.js'
import { drawAugmentation, SIDE_ON } from './augment.js'
import { renderViews } from './augmented-view.js'
import { decode } from './decode.js'
import { entry } from './fixtures/photos.js'
import { inspectPhoto } from './inspect.js'
import { PhotoReader, readViews } from './reader.js'

const rule = { size: 16, resize: 'crop' } as const
const draws = [null, drawAugmentation(RandomStream.fromSeed(2), SIDE_ON)]
const built = path.join(import.meta.dirname, '../../dist/images/index.js')

describe('PhotoReader', () => {
  it('decodes once for all views', async () => {
    const reader = new PhotoReader({ workers: 0 })
    const { file } = entry('jpeg 4:2:0')
    const views = await reader.views(file, { name: 'a', rule, draws })
    const [plain, zoomed] = [16, 20].map(shortSide => decode(file, { name: 'a', shortSide }))
    expect(views).toEqual([
      ...renderViews(await plain, rule, [null]),
      ...renderViews(await zoomed, rule, draws.slice(1)),
    ])
    await reader.close()
    await expect(reader.views(file, { name: 'a', rule, draws })).rejects.toThrow(/closed/)
  })

  it('names the photo that cannot be read', async () => {
    const reader = new PhotoReader({ workers: 0 })
    await expect(reader.views(Uint8Array.of(7), { name: 'x.png', rule, draws })).rejects.toThrow(
      /^x\.png: not an/,
    )
    await expect(reader.views('/no/such/file', { name: 'x.png', rule, draws })).rejects.toThrow(
      /^x\.png: there is no such file/,
    )
  })

  it('refuses a number of threads that is none', () => {
    expect(() => new PhotoReader({ workers: -1 })).toThrow(/workers must be/)
  })

  it.skipIf(!existsSync(path.join(path.dirname(built), 'reader-worker.js')))(
    'gives the same on threads, and lets the process end',
    async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'chiquito-reader-'))
      try {
        const names = ['jpeg 4:2:0', 'png palette', 'jpeg CMYK, Adobe', 'jpeg progressive', 'gif']
        const files = names.map((_, i) => path.join(folder, String(i)))
        files.forEach((file, i) => {
          writeFileSync(file, entry(names[i]).file)
        })
        writeFileSync(path.join(folder, 'bad'), 'nothing')
        // Without close(): idle threads must not keep the process.
        const program = `
        import { PhotoReader } from ${JSON.stringify(built)}
        const reader = new PhotoReader({ workers: 2 })
        const files = ${JSON.stringify(files)}
        const bad = reader.views(${JSON.stringify(path.join(folder, 'bad'))}, { name: 'bad', rule: ${JSON.stringify(rule)}, draws: [null] }).catch(error => error.message)
        const views = await Promise.all(files.map(file => reader.views(file, { name: file, rule: ${JSON.stringify(rule)}, draws: ${JSON.stringify(draws)} })))
        const error = await bad
        console.log(JSON.stringify({ error, views: views.map(view => view.map(bytes => Buffer.from(bytes).toString('base64'))) }))
      `
        const run = promisify(execFile)
        const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program])
        const { error, views }: { error: string; views: string[][] } = JSON.parse(stdout)
        expect(error).toMatch(/^bad: not an image/)
        for (const [i, file] of files.entries()) {
          const here = await readViews(file, { name: file, rule, draws })
          expect(views[i]).toEqual(here.map(bytes => Buffer.from(bytes).toString('base64')))
        }
      } finally {
        rmSync(folder, { recursive: true })
      }
    },
  )

  it.skipIf(!existsSync(path.join(path.dirname(built), 'reader-worker.js')))(
    'gives up what it has not begun when it is closed',
    async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'chiquito-reader-'))
      try {
        writeFileSync(path.join(folder, 'a'), entry('jpeg 4:2:0').file)
        const program = `
        import { PhotoReader } from ${JSON.stringify(built)}
        const reader = new PhotoReader({ workers: 2 })
        const options = { name: 'a', rule: ${JSON.stringify(rule)}, draws: [null] }
        const asked = Array.from({ length: 200 }, () => reader.views(${JSON.stringify(path.join(folder, 'a'))}, options))
        const settled = Promise.allSettled(asked)
        await Promise.race(asked)
        await reader.close()
        console.log(JSON.stringify((await settled).map(one => one.reason?.message ?? 'done')))
      `
        const run = promisify(execFile)
        const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program])
        const told: string[] = JSON.parse(stdout)
        expect(told).toContain('done')
        expect(told.at(-1)).toBe('This PhotoReader is closed.')
        expect(told.filter(one => one === 'done').length).toBeLessThan(100)
        expect(new Set(told).size).toBe(2)
      } finally {
        rmSync(folder, { recursive: true })
      }
    },
  )
})

it('inspectPhoto reads headers and leaves drawings alone', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'chiquito-inspect-'))
  try {
    const at = (name: string, content: Uint8Array | string) => {
      writeFileSync(path.join(folder, name), content)
      return inspectPhoto(path.join(folder, name))
    }
    expect(await at('a', entry('jpeg EXIF 6').file)).toEqual({ format: 'jpeg', width: 20, height: 32 })
    expect(await at('c', entry('jpeg CMYK, Adobe').file)).toMatchObject({ format: 'jpeg cmyk' })
    expect(await at('d', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')).toBeUndefined()
    expect(await at('e', '')).toBeUndefined()
  } finally {
    rmSync(folder, { recursive: true })
  }
})
