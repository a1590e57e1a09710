export {
  type Background,
  type BackgroundOptions,
  filesOfOthers,
  openBackground,
  recordBackground,
} from './background.js'
export { byContent, type Comparable, exactCopies, type Leak, labelConflicts, leaks } from './copies.js'
export { type Dataset, type DatasetOptions, openDataset } from './dataset.js'
export { listedIn } from './division.js'
export { fingerprintOf, fingerprintSeen } from './fingerprint.js'
export {
  enterWrappers,
  FOLLOW_LINKS,
  ignoredName,
  isPlainPart,
  type Oddity,
  OddityCounter,
  type OddityKind,
  type PhotosBelow,
  photosBelow,
  walkPhotos,
} from './folders/index.js'
export {
  classNameProblem,
  homeFor,
  newHome,
  type PhotoFate,
  type PhotoTable,
  photoTable,
  photoTables,
  rowChanges,
} from './following/index.js'
export {
  burstTies,
  columnValues,
  type Divided,
  type DivideOptions,
  dealGroups,
  divideGroups,
  findTies,
  type Groupable,
  joined,
  type LargeGroup,
  type LikenessFinder,
  mostHeld,
  pageTies,
  partableGroups,
  peopleOf,
  peopleTies,
  type Sequenced,
  type Share,
  type Shortfall,
  type Tie,
  type Tied,
  type TieKind,
  tiesByValue,
  tieWords,
  videoTies,
} from './groups/index.js'
export { type HashedFile, hashFiles, hashFilesOnce, readingTask } from './hash-files.js'
export { type LabelledFile, type LabelsFrom, PhotoIndex } from './labels/index.js'
export {
  countLicences,
  type LicenceCount,
  type LicenceMix,
  licenceMix,
  licencesInWords,
  type SourceCount,
} from './licences.js'
export { type ListedPhotos, type ListOptions, listPhotos } from './list-photos.js'
export { METADATA, photoOfLine } from './metadata-lines.js'
export { type MetadataRow, metadataRows } from './metadata-rows.js'
export { isListName, pathsInList } from './path-lists/index.js'
export type { Photo, Split } from './photo.js'
export { type RecordedPhoto, type RecordedPhotos, recordedPhotoSchema, recordPhotos } from './recorded.js'
export {
  copyTies,
  DEFAULT_VALID_FRACTION,
  type Divisible,
  foldsOf,
  type ManifestSplit,
  type SeedSplit,
  type SplitRecord,
  splitBySeed,
  splitSchema,
} from './split.js'
export { type Column, cellsOf, readTable, type Table } from './tables/index.js'
