import { describe, expect, it } from 'vitest'
import type { AbstentionFigures } from '../evaluate/index.js'
import { answeredText, coverageText } from './answered.js'

const figures: AbstentionFigures = {
  threshold: 0.05,
  count: 190,
  leftOut: 0,
  abstained: 3,
  coverage: 187 / 190,
  interval: [0.95, 0.99],
  answered: { count: 187, right: 181, accuracy: 181 / 187, interval: [0.93, 0.99] },
  wrongKeptBack: 1,
  perClass: [],
}

describe('what "neither" was on photos with known classes', () => {
  it('never puts two numbers side by side, and says what was spared only where something was', () => {
    expect(answeredText(figures, 'validation')).toBe(
      'It says "neither" of 3 of 190 validation photos, and would have been wrong on 1 of them; of the 187 that it answers, 181 are right.',
    )
    expect(answeredText({ ...figures, wrongKeptBack: 0 }, 'test')).toBe(
      'It says "neither" of 3 of 190 test photos; of the 187 that it answers, 181 are right.',
    )
  })

  it('says why photos do not count', () => {
    expect(answeredText({ ...figures, leftOut: 2 }, 'test')).toMatch(
      /^It says "neither" of 3 of 190 test photos \(2 more, or copies of them, had a part in making the model\), and/,
    )
  })

  it('gives the coverage as the option is given, and nothing where none is known', () => {
    expect(coverageText(0.95)).toContain('About 95 % of new photos')
    expect(coverageText(0.975)).toContain('97.5 %')
    expect(coverageText(undefined)).toBe('')
  })
})
