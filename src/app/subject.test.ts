import { describe, expect, it } from 'vitest'
import { subjectOf, titleOf } from './subject.js'

describe('what a page is called', () => {
  it.each([
    [['chiquito', 'not'], 'Chiquito'],
    [['no_dog', 'hot_dog'], 'Hot dog'],
    [['cat', 'dog', 'hen'], 'Cat, Dog, Hen'],
  ])('%j is %s', (labels, title) => {
    expect(titleOf(labels)).toBe(title)
  })

  it('names as many labels as there is room for, each whole', () => {
    const labels = Array.from({ length: 12 }, (_, i) => `animal number ${i + 1}`)
    expect(titleOf(labels)).toBe('Animal number 1, Animal number 2, Animal number 3, …')
    expect([...titleOf([`a${'b'.repeat(80)}`, 'c', 'd'])].length).toBe(60)
  })

  it('has no subject among three labels', () => {
    expect(subjectOf(['cat', 'dog', 'hen'])).toBeNull()
  })
})
