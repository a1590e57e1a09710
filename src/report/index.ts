export {
  type CardCalibration,
  type CardInput,
  type CardOrigins,
  type ClassRow,
  type Home,
  type MeasuredFacts,
  rehomed,
  renderCard,
} from './card/index.js'
export {
  type CheckedClass,
  type CheckWords,
  type DoctorPageInput,
  picturesWanted,
  renderDoctorPage,
} from './doctor/index.js'
export { figures, renderReport } from './drawn.js'
export type { Figure } from './figures.js'
export { type FoldFacts, type FoldsInput, foldsText, renderFolds } from './folds.js'
export { explainedPhotos, galleriesOf, galleryPhotos } from './galleries.js'
export type {
  AbstentionFacts,
  AugmentedFacts,
  Candidate,
  ChoiceFacts,
  ClassFacts,
  DataFacts,
  EpochFacts,
  Excluded,
  Gallery,
  GalleryKind,
  GalleryPhoto,
  ModelFacts,
  Picture,
  RateFacts,
  RepeatFacts,
  ReportInput,
  ShortcutFacts,
  SizeFacts,
  StageFacts,
  SummaryInput,
  TestFacts,
  Timing,
  TtaFacts,
} from './input.js'
export { lostPhotos } from './lost.js'
export { type RepeatsInput, renderRepeats, repeatsText } from './repeats.js'
export { restLabel } from './rest-label.js'
export { summaryText } from './summary.js'
export { renderSweep, type SweepInput, sweepText } from './sweep.js'
export { alignedTable, displayWidth, range, share, shortLabel, visible } from './text.js'
