export { type Gathered, gathered, gatheredWith } from './gather.js'
export {
  groupsBy,
  type LeakingGroup,
  leakingGroups,
  type SplitLeak,
  splitLeaks,
  type TiedGroup,
} from './judge.js'
export { findLikeness, likenessFinder, measureLikeness } from './likeness.js'
export {
  foldFile,
  MANIFEST_FILE,
  type ManifestRow,
  manifestsAt,
  readManifest,
  writeManifest,
} from './manifest.js'
export { placesOf } from './names.js'
export {
  type DivisionRecord,
  type DivisionSettings,
  isSameAsked,
  RECORD_FILE,
  readRecord,
  recordOf,
  writeRecord,
} from './record.js'
export type { RowSource } from './rows.js'
export { groupRule, type Separable, separable, type TieOptions, tiesOf } from './ties.js'
export { addToDataset, type WriteOptions, whatIsAt, writeDataset, writeFolder } from './write.js'
