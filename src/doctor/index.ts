export type {
  Check,
  CheckedData,
  CheckedFeatures,
  CheckedPhoto,
  DeepCheck,
  DeepData,
  QuickCheck,
} from './check.js'
export {
  checks,
  checksPage,
  curveOf,
  inWords as curveInWords,
  quickChecks,
} from './checks/index.js'
export {
  type CopyKind,
  type CopyPair,
  type FindCopiesOptions,
  findCopies,
  findHiddenCopies,
} from './copies/index.js'
export type { LearningCurve } from './deep/index.js'
export {
  type Edited,
  type EditedPhoto,
  type EditKind,
  editIn,
  editKinds,
  finishEdit,
  keptPhotos,
  type LeftUnedited,
  type RejectedPhoto,
  rejectedPhotos,
  versionIn,
} from './edits/index.js'
export type { EvenOutReport, EvenPlan } from './even-out/index.js'
export {
  type FactsHelp,
  FactsInPassing,
  factsBy,
  fillFacts,
  type GatherOptions,
  gatherFacts,
  type HeaderFacts,
  keptText,
  type LookFacts,
  type LostFile,
  lookingTask,
  measureFacts,
  type PhotoFacts,
  readHeaderFacts,
  type UnknownPhoto,
} from './facts/index.js'
export { type FeaturesOptions, featuresOf } from './features.js'
export type { Finding } from './finding.js'
export {
  type FixReport,
  type FollowedTables,
  type LeftPhoto,
  remedies,
  type StaleTable,
} from './fix/index.js'
export { type LikenessLooks, likenessOrder } from './likeness.js'
export { type Mark, type MarkRequest, type MarksSet, readMarks, setMarks, unsettled } from './marks/index.js'
export { type OpenCheckedOptions, type OpenedData, openCheckedData } from './open.js'
export { noticeCutOff, type PutRight, type PutRightOptions, putRight, settleCutOff } from './put-right.js'
export {
  findShortcuts,
  propertyWords,
  SHORTCUT_AUC,
  type Shortcut,
  type ShortcutData,
  type ShortcutOptions,
  type ShortcutPhoto,
  type ShortcutWords,
  shortcutHints,
  shortcutLine,
  shortcutWords,
} from './shortcuts/index.js'
export { shortcutsOf } from './shortcuts-of.js'
export { type ThumbHaste, Thumbs } from './thumbs/index.js'
export { typicalPhotos } from './typical.js'
