import { expect, it } from 'vitest'
import { shortcutHints } from './hints.js'

const headers = (label: number, width: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    photo: { label },
    width: width === 0 ? 300 + i : width,
    height: 250,
    format: 'jpeg' as const,
  }))

it('says what all photos of a class share and the others do not', () => {
  expect(shortcutHints(['cat', 'not'], [...headers(0, 0, 20), ...headers(1, 250, 20)])).toEqual([
    'Every photo of "not" is 250 x 250 pixels, and no other photos are: the model may have learnt that instead of the subject.',
  ])
  expect(shortcutHints(['cat', 'not'], [...headers(0, 0, 20), ...headers(1, 0, 20)])).toEqual([])
  expect(shortcutHints(['cat', 'not'], [...headers(0, 0, 20), ...headers(1, 250, 9)])).toEqual([])
})
