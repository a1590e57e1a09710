export { findCopies, findHiddenCopies } from './find-copies.js'
export { allCopiesAmong, copiesAmong, hiddenCopiesAmong } from './known.js'
export type { CopyKind, CopyPair, FindCopiesOptions } from './pair.js'
export { pairFindings } from './pair-findings.js'
