import { describe, expect, it } from 'vitest'
import { movedNotes } from './moved.js'

const beside = (before: number, after: number, moved: number | null = null) => ({
  photos: 100,
  known: moved === null ? null : { moved, largest: 0.31 },
  given: { calibration: { logLoss: before } },
  exported: { calibration: { logLoss: after } },
})

describe('what moved without another verdict', () => {
  it('is said of probabilities that lost a tenth of the right class, whatever the loss was', () => {
    expect(movedNotes(beside(0.03, 0.13))).toEqual([])
    expect(movedNotes(beside(0.03, 0.14))).toEqual([
      expect.stringMatching(/that of the right class is 0\.90 of what it was.*log loss 0\.0300, now 0\.140/),
    ])
    expect(movedNotes(beside(1, 1.1))).toEqual([])
    expect(movedNotes(beside(1, 0.2))).toEqual([])
  })

  it('is said of "known" where more than one photo in ten moved by steps', () => {
    expect(movedNotes(beside(0.1, 0.1, 10))).toEqual([])
    expect(movedNotes(beside(0.1, 0.1, 11))).toEqual([
      expect.stringMatching(/more than 0\.1 off on 11 of 100 photos \(at most 0\.31\)/),
    ])
  })
})
