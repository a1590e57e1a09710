import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alignedTable, bytes, displayWidth, duration, list, loss, shorten, visible } from './text.js'

describe('visible', () => {
  it('shows what would otherwise act', () => {
    expect(visible('a\u001b[31mb\n\u0007')).toBe('a␛[31mb␊␇')
    expect(visible('photo\u202egnp.exe')).toBe('photo\ufffdgnp.exe')
    expect(visible('\ud800')).toBe('\ufffd')
  })

  it('leaves every script and joined emoji alone', () => {
    for (const text of ['Ñandú', '熊猫', 'حصان', '👩‍🚒', 'a"b\'c<d>&']) expect(visible(text)).toBe(text)
  })

  it('never lets a control character through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        expect(visible(text)).not.toMatch(/[\p{Cc}\p{Cs}]/u)
      }),
    )
  })
})

describe('figures in words', () => {
  it('tells durations and sizes as people do', () => {
    expect([0.421, 0.999, 9.96, 17.2, 59.7, 289, 7500].map(duration)).toEqual([
      '0.42 s',
      '1.0 s',
      '10 s',
      '17 s',
      '1 min 0 s',
      '4 min 49 s',
      '2 h 5 min',
    ])
    expect([12, 999_400, 999_600, 14_512_331].map(bytes)).toEqual(['12 bytes', '999 kB', '1.0 MB', '14.5 MB'])
    expect([0.0877, 12.34, 4321, null].map(loss)).toEqual(['0.0877', '12.3', '4321', '–'])
  })

  it('lists and shortens', () => {
    expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(items => list(items))).toEqual([
      '',
      'a',
      'a and b',
      'a, b and c',
    ])
    expect(shorten('a long file name.jpg', 11)).toBe('a lon…e.jpg')
    expect(shorten('short.jpg', 11)).toBe('short.jpg')
    expect(shorten('👩‍🚒👩‍🚒👩‍🚒👩‍🚒', 3)).toBe('👩‍🚒…👩‍🚒')
  })
})

describe('alignedTable', () => {
  it('aligns wide characters as terminals show them', () => {
    expect(
      alignedTable([
        ['class', 'photos'],
        ['熊猫', '7'],
        ['🐕 dog', '120'],
      ]),
    ).toBe('  class   photos\n  熊猫         7\n  🐕 dog     120')
  })

  it('gives every line the same width', () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 8 }).map(text => `${text}x`)
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 6 }), rows => {
        const widths = alignedTable(rows).split('\n').map(displayWidth)
        expect(widths).toHaveLength(rows.length)
        expect(new Set(widths).size).toBe(1)
      }),
    )
  })
})
