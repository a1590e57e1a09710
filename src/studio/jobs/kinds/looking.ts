import { z } from 'zod'
import { runNameSchema } from '../../runs/index.js'
import { kind } from './kind.js'

const ofRun = z.strictObject({ run: runNameSchema })

export const evaluateKind = kind({
  isHeavy: true,
  changes: ['photos'],
  options: ofRun,
  title: ({ run }) => run,
  load: async () => {
    const { judgeRun } = await import('../../runs/index.js')
    return async ({ run }, places, work) => {
      const { photos, unreadable } = await judgeRun(run, places, work)
      return { run, photos: photos.length, unreadable: unreadable.length }
    }
  },
})

export const compareKind = kind({
  isHeavy: true,
  changes: ['runs'],
  options: z.strictObject({ a: runNameSchema, b: runNameSchema }),
  title: ({ a, b }) => `${a} · ${b}`,
  load: async () => {
    const { compareRuns } = await import('../../runs/index.js')
    return async ({ a, b }, places, work) => {
      const { better, count } = await compareRuns(a, b, places, work)
      return { a, b, better, count }
    }
  },
})

export const findRateKind = kind({
  isHeavy: true,
  changes: [],
  options: z.strictObject({}),
  title: () => '',
  load: async () => {
    const { findRate } = await import('../../../actions/find-rate.js')
    return async (_, { photos }, work) => {
      const { points, suggestion } = await findRate({ data: photos, ...work })
      return { points, suggestion }
    }
  },
})

export const morePhotosKind = kind({
  isHeavy: true,
  changes: [],
  options: z.strictObject({}),
  title: () => '',
  load: async () => {
    const { morePhotos } = await import('../../../actions/more-photos.js')
    return async (_, { photos }, work) => ({ ...(await morePhotos({ data: photos, ...work })) })
  },
})
