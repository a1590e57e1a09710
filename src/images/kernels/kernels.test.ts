import { readFile } from 'node:fs/promises'
import { describe, expect, it, vi } from 'vitest'
import { kernelsModule, kernelsModuleFile } from '../../../scripts/kernels-module.js'
import { RandomStream } from '../../core/index.js'
import { PLAIN } from '../augment.js'
import type { Pixels } from '../pixels.js'
import type { Box } from '../resize.js'
import { testTimeViews } from '../test-time-views.js'
import type { ViewRule } from '../view.js'

/** The same code with the kernels, and where there is no WebAssembly. */
const [withKernels, without] = [await loaded(), await loaded(undefined)]

async function loaded(...assembly: undefined[]) {
  vi.resetModules()
  if (assembly.length > 0) vi.stubGlobal('WebAssembly', assembly[0])
  const { kernels } = await import('./program.js')
  const { resize } = await import('../resize.js')
  const { renderViews } = await import('../augmented-view.js')
  const hasKernels = kernels() !== undefined
  vi.unstubAllGlobals()
  return { hasKernels, resize, renderViews }
}

/** Noise with many of the darkest and brightest bytes, where sums are largest. */
function noise(random: RandomStream, width: number, height: number): Pixels {
  const data = new Uint8Array(width * height * 3)
  let state = random.uint32()
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    data[i] = Math.max(0, Math.min(255, (state >>> 23) - 128))
  }
  return { width, height, data }
}

function part(random: RandomStream, { width, height }: Pixels): Box {
  const [w, h] = [random.uniform(0.1, width), random.uniform(0.1, height)]
  return { left: random.uniform(0, width - w), top: random.uniform(0, height - h), width: w, height: h }
}

/** Far faster than to compare by elements. */
function expectSame(found: Uint8Array, wanted: Uint8Array, what: string): void {
  expect(Buffer.compare(found, wanted), what).toBe(0)
}

describe('the kernels', () => {
  it('are used where there is WebAssembly, and only there', () => {
    expect([withKernels.hasKernels, without.hasKernels]).toEqual([true, false])
  })

  it('are assembled from what stands beside them', async () => {
    expect(await readFile(kernelsModuleFile, 'utf8')).toBe(await kernelsModule())
  })

  it('resize to the bytes of the plain loops', () => {
    const random = RandomStream.fromSeed(1)
    const side = (most: number) => 1 + Math.floor(random.uniform() ** 2 * most)
    for (let i = 0; i < 200; i++) {
      const photo = noise(random, side(300), side(200))
      const box = i % 2 ? part(random, photo) : { left: 0, top: 0, width: photo.width, height: photo.height }
      const [width, height] = [side(200), side(200)]
      const [found, wanted] = [withKernels, without].map(
        ({ resize }) => resize(photo, box, width, height).data,
      )
      expectSame(found, wanted, `${photo.width} x ${photo.height} to ${width} x ${height}`)
    }
  })

  it.each([
    ['in bands', 1000, 700, 224, 224],
    ['to larger ones in bands', 300, 20, 900, 300],
    ['that need more input than the kernels take', 9000, 200, 16, 1],
  ])('resize photos %s', (_, width, height, toWidth, toHeight) => {
    const photo = noise(RandomStream.fromSeed(2), width, height)
    const box = { left: 0, top: 0, width, height }
    const [found, wanted] = [withKernels, without].map(
      ({ resize }) => resize(photo, box, toWidth, toHeight).data,
    )
    expectSame(found, wanted, `${toWidth} x ${toHeight}`)
  })

  it('turn, zoom, mirror and light photos as the plain loops do', () => {
    const random = RandomStream.fromSeed(3)
    for (let i = 0; i < 40; i++) {
      const photo = noise(random, 8 + random.integer(500), 8 + random.integer(500))
      const resize = (['squash', 'crop', 'pad'] as const)[i % 3]
      const rule: ViewRule = { size: 33 + random.integer(100), resize }
      const draws = [null, { ...PLAIN, flip: true }, ...testTimeViews(i, 'photo', 3)]
      const [found, wanted] = [withKernels, without].map(({ renderViews }) => renderViews(photo, rule, draws))
      for (const [d, view] of found.entries())
        expectSame(
          view,
          wanted[d],
          `${photo.width} x ${photo.height}, ${resize}, ${JSON.stringify(draws[d])}`,
        )
    }
  })
})
