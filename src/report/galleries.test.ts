import { describe, expect, it } from 'vitest'
import { RandomStream } from '../core/index.js'
import { interpret } from '../evaluate/index.js'
import { explainedPhotos, galleriesOf, galleryPhotos } from './galleries.js'

const truth = [0, 0, 1, 1]
const rows = [
  [0.9, 0.1],
  [0.2, 0.8],
  [0.3, 0.7],
  [0.1, 0.9],
]
const chosen = interpret(truth, rows, { classes: 2, random: RandomStream.fromSeed(0) })

describe('galleries', () => {
  it('come in the order of the article, one right and one wrong for each class', () => {
    const galleries = galleriesOf(chosen, photo => ({ picture: '', path: `${photo}.jpg` }))
    expect(galleries.map(g => [g.kind, g.label])).toEqual([
      ['mostRight', 0],
      ['mostWrong', 0],
      ['mostRight', 1],
      ['mostWrong', 1],
      ['mostUncertain', undefined],
      ['randomRight', undefined],
      ['randomWrong', undefined],
    ])
    expect(galleries[1].photos).toEqual([
      { picture: '', path: '1.jpg', truth: 0, predicted: 1, probability: 0.8 },
    ])
    expect(galleries[3].photos).toEqual([])
  })

  it('names each photo that is shown once', () => {
    expect(galleryPhotos(chosen)).toEqual([0, 1, 2, 3])
  })

  it('explains mistakes and doubts, and no other photos', () => {
    const galleries = galleriesOf(chosen, photo => ({ picture: '', path: '', heat: `${photo}` }))
    const shown = galleries.filter(({ photos }) => photos.some(({ heat }) => heat !== undefined))
    expect(shown.map(({ kind }) => kind)).toEqual(['mostWrong', 'mostUncertain'])
    const heats = new Set(shown.flatMap(({ photos }) => photos.map(({ heat }) => Number(heat))))
    expect(explainedPhotos(chosen)).toEqual([...heats].sort((a, b) => a - b))
  })

  it('of many classes are those with mistakes', () => {
    const classes = 30
    const truth = Array.from({ length: classes }, (_, k) => k)
    const sure = (label: number) => truth.map(k => (k === label ? 1 : 0))
    const of = (rows: number[][]) => {
      const all = interpret(truth, rows, { classes, random: RandomStream.fromSeed(0) })
      const galleries = galleriesOf(all, photo => ({ picture: '', path: `${photo}.jpg` }))
      return galleries.flatMap(({ kind, label }) => (kind === 'mostWrong' ? [label] : []))
    }
    expect(of(truth.map(sure))).toEqual([])
    expect(of(truth.map(k => sure(k === 7 ? 8 : k)))).toEqual([7])
    expect(of(truth.map(k => sure((k + 1) % classes)))).toHaveLength(20)
  })
})
