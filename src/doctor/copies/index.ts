export { findCopies, findHiddenCopies } from './find-copies.js'
export { copiesAmong } from './known.js'
export type { CopyKind, CopyPair, FindCopiesOptions } from './pair.js'
export { pairFindings } from './pair-findings.js'
