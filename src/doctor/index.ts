export type {
  Check,
  CheckedData,
  CheckedFeatures,
  CheckedPhoto,
  DeepCheck,
  DeepData,
  QuickCheck,
} from './check.js'
export type { HeaderFacts, LookFacts, PhotoFacts } from './facts/index.js'
export type { Finding } from './finding.js'
