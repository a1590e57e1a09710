export { findCopies } from './find-copies.js'
export { type CopyLeak, leaksOf } from './leaks.js'
export type { CopyKind, CopyPair, FindCopiesOptions } from './pair.js'
