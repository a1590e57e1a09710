import { describe, expect, it } from 'vitest'
import { probabilityText } from './probability.js'

describe('probabilityText', () => {
  it('rounds to a tenth of a percent, and claims no more certainty than there is', () => {
    const told = [0, 1e-9, 0.00049, 0.0005, 0.0149, 0.5, 0.99797, 0.99949, 0.9995, 0.99997, 1].map(
      probabilityText,
    )
    expect(told).toEqual([
      '0.0 %',
      '<0.1 %',
      '<0.1 %',
      '0.1 %',
      '1.5 %',
      '50.0 %',
      '99.8 %',
      '99.9 %',
      '>99.9 %',
      '>99.9 %',
      '100.0 %',
    ])
  })
})
