import { z } from 'zod'
import { addressesOptions, archiveOptions, collectOptions, lfwOptions } from '../../api/gathering.js'
import { kind } from './kind.js'

const gathering = { isHeavy: false, changes: ['photos'] } as const

/** Who asks for a class that cannot be is told at once. */
async function withClass<Options extends { readonly label: string }>(options: Options): Promise<Options> {
  const { className } = await import('../../../actions/intake.js')
  return { ...options, label: className(options.label) }
}

export const collectKind = kind({
  ...gathering,
  options: collectOptions,
  complete: withClass,
  title: ({ label }) => label,
  load: async () => (await import('./collecting.js')).collectJob,
})

export const addressesKind = kind({
  ...gathering,
  options: addressesOptions,
  complete: withClass,
  title: ({ label }) => label,
  load: async () => (await import('./collecting.js')).addressesJob,
})

export const lfwKind = kind({
  ...gathering,
  options: lfwOptions,
  complete: withClass,
  title: ({ label }) => label,
  load: async () => (await import('./collecting.js')).lfwJob,
})

export const archiveKind = kind({
  ...gathering,
  options: archiveOptions,
  title: ({ name }) => name,
  load: async () => (await import('./unpacking.js')).archiveJob,
  discard: async (options, places) => (await import('./unpacking.js')).discardArchive(options, places),
})

export const demoDataKind = kind({
  ...gathering,
  options: z.strictObject({}),
  title: () => '',
  load: async () => (await import('./unpacking.js')).demoDataJob,
})
