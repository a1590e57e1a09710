export { findCopies, findHiddenCopies } from './find-copies.js'
export { type CopyLeak, leaksOf } from './leaks.js'
export type { CopyKind, CopyPair, FindCopiesOptions } from './pair.js'
export { pairFindings } from './pair-findings.js'
