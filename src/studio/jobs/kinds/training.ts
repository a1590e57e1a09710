import { runNameFor } from '../../runs/index.js'
import { kind } from './kind.js'
import { trainOptionsSchema } from './train-options.js'

export const trainKind = kind({
  isHeavy: true,
  changes: ['runs', 'photos'],
  options: trainOptionsSchema,
  complete: async (given, places) => ({ ...given, name: await runNameFor(given.name, places) }),
  title: ({ name = '' }) => name,
  load: async () => (await import('./train.js')).trainJob,
})
