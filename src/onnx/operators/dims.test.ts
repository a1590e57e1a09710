import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Dim } from '../graph.js'
import { ceilDivide, exactQuotient, floorDivide, minus, plus, times } from './dims.js'

const sizes: Readonly<Record<string, number>> = { n: 5, h: 97, w: 64 }

/** What an expression comes to for the sizes above. */
function evaluate(dim: Dim): number {
  if (typeof dim === 'number') return dim
  const body = `const { floor } = Math; const { n, h, w } = sizes; return ${dim}`
  const value: unknown = new Function('sizes', body)(sizes)
  return Number(value)
}

type Step = (dim: Dim) => readonly [Dim | undefined, (size: number) => number]

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.integer({ min: -9, max: 9 }).map(
    (k): Step =>
      dim => [plus(dim, k), size => size + k],
  ),
  fc.integer({ min: 1, max: 5 }).map(
    (k): Step =>
      dim => [times(dim, k), size => size * k],
  ),
  fc.integer({ min: 1, max: 5 }).map(
    (k): Step =>
      dim => [floorDivide(dim, k), size => Math.floor(size / k)],
  ),
  fc.integer({ min: 1, max: 5 }).map(
    (k): Step =>
      dim => [ceilDivide(dim, k), size => -Math.floor(-size / k)],
  ),
  fc.constantFrom('n', 'h', 'w').map(
    (name): Step =>
      dim => [plus(dim, name), size => size + sizes[name]],
  ),
  fc.constantFrom('n', 'h', 'w').map(
    (name): Step =>
      dim => [minus(dim, name), size => size - sizes[name]],
  ),
  fc.constantFrom('n', 'h', 'w').map(
    (name): Step =>
      dim => [times(dim, name), size => size * sizes[name]],
  ),
)

describe('arithmetic on dimensions', () => {
  it('comes to what numbers come to', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Dim>('n', 'h', 'w', 7),
        fc.array(step, { maxLength: 6 }),
        (start, steps) => {
          let dim: Dim | undefined = start
          let size = evaluate(start)
          for (const apply of steps) {
            if (dim === undefined) return
            const [next, onSize] = apply(dim)
            dim = next
            size = onSize(size)
          }
          if (dim !== undefined) expect(evaluate(dim) === size, `${dim} is ${size}`).toBe(true)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('writes the same size one way', () => {
    expect(plus(plus('h', 2), -2)).toBe('h')
    expect(times('w', times('h', 2))).toBe(times(times(2, 'w'), 'h'))
    expect(minus(plus('h', 3), 'h')).toBe(3)
    expect(floorDivide(plus(floorDivide(plus('h', -1), 2), 1), 2)).toBe('floor((h + 1) / 4)')
    expect(floorDivide(times('h', 6), 6)).toBe('h')
  })

  it('divides out what it can, and gives up on the rest', () => {
    expect(exactQuotient(['batch', 512, 7, 7], [512, 49])).toBe('batch')
    expect(exactQuotient(['batch', 6, 'h'], ['h', 'batch', 4])).toBeUndefined()
    expect(exactQuotient(['batch', 6], ['h'])).toBeUndefined()
    expect(exactQuotient([3], [0])).toBeUndefined()
  })

  it('does not let expressions grow without end', () => {
    let dim: Dim | undefined = 'height'
    for (let i = 0; i < 30; i++) dim = plus(floorDivide(dim, 'width'), 1)
    expect(dim).toBeUndefined()
  })
})
