import { z } from 'zod'
import { kind } from './kind.js'

export const doctorKind = kind({
  isHeavy: true,
  changes: ['findings'],
  options: z.strictObject({
    /** Only files and small pictures: no network looks at the photos. */
    quick: z.boolean().default(false),
  }),
  title: () => '',
  load: async () => {
    const { lookForTrouble } = await import('../../photos/index.js')
    return async ({ quick }, places, work) => lookForTrouble(places, { ...work, quick })
  },
})
