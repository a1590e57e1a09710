import type { JobKindTable } from '../../jobs/index.js'

/** Every kind of job, loaded when one is to be done. */
export const jobKinds: JobKindTable = {
  facts: async () => (await import('./facts.js')).factsKind(),
  features: async () => (await import('./features.js')).featuresKind(),
  fold: async () => (await import('./fold.js')).foldKind(),
  trial: async () => (await import('./trial.js')).trialKind(),
  verdicts: async () => (await import('./verdicts.js')).verdictsKind(),
}

/** This module as threads load it: where it is built. */
export const jobKindsModule = new URL('./kinds.js', import.meta.url)
