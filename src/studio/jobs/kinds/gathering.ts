import { z } from 'zod'
import { addressesOptions, archiveOptions, collectOptions, lfwOptions } from '../../api/gathering.js'
import { kind } from './kind.js'

const gathering = { isHeavy: false, changes: ['photos'] } as const

export const collectKind = kind({
  ...gathering,
  options: collectOptions,
  title: ({ label }) => label,
  load: async () => (await import('./collecting.js')).collectJob,
})

export const addressesKind = kind({
  ...gathering,
  options: addressesOptions,
  title: ({ label }) => label,
  load: async () => (await import('./collecting.js')).addressesJob,
})

export const lfwKind = kind({
  ...gathering,
  options: lfwOptions,
  title: ({ label }) => label,
  load: async () => (await import('./collecting.js')).lfwJob,
})

export const archiveKind = kind({
  ...gathering,
  options: archiveOptions,
  title: ({ name }) => name,
  load: async () => (await import('./unpacking.js')).archiveJob,
})

export const demoDataKind = kind({
  ...gathering,
  options: z.strictObject({}),
  title: () => '',
  load: async () => (await import('./unpacking.js')).demoDataJob,
})
