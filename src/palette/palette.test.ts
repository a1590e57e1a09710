import { describe, expect, it } from 'vitest'
import { dark, light, type Palette } from '../palette/index.js'

/** Contrast ratio of the Web Content Accessibility Guidelines 2.2. */
function contrast(a: readonly number[], b: readonly number[]): number {
  const [bright, dim] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (bright + 0.05) / (dim + 0.05)
}

function luminance(colour: readonly number[]): number {
  const [r, g, b] = colour.map(c => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function rgb(hex: string): number[] {
  return [1, 3, 5].map(i => Number.parseInt(hex.slice(i, i + 2), 16) / 255)
}

function mix(a: string, b: string, share: number): number[] {
  return rgb(a).map((c, i) => share * c + (1 - share) * rgb(b)[i])
}

const palettes: [string, Palette, number][] = [
  ['light', light, 0.42],
  ['dark', dark, 0.36],
]

describe.each(palettes)('the %s palette', (_, palette, tint) => {
  it('has readable text on page and cards', () => {
    for (const text of ['ink', 'muted', 'train', 'valid', 'right', 'wrong'] as const)
      for (const ground of ['paper', 'card'] as const)
        expect(contrast(rgb(palette[text]), rgb(palette[ground])), `${text} on ${ground}`).toBeGreaterThan(
          4.5,
        )
    expect(contrast(rgb(palette.paper), rgb(palette.right)), 'badge').toBeGreaterThan(4.5)
  })

  it('has readable counts on the strongest tints of the matrix', () => {
    for (const colour of ['right', 'wrong'] as const)
      expect(
        contrast(rgb(palette.ink), mix(palette[colour], palette.card, tint + 0.08)),
        colour,
      ).toBeGreaterThan(4.5)
  })
})
