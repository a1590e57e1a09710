export type { HeaderFacts, LookFacts, PhotoFacts } from './facts.js'
