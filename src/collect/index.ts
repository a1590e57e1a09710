export { folderNameOf, METADATA, type MetadataRow } from './album/index.js'
export {
  type CollectedArchive,
  collectArchive,
  type ReadArchiveOptions,
  type UnzipOptions,
  type Unzipped,
  unzip,
} from './archives/index.js'
export { articleAddress, fetchArticleDataset } from './article.js'
export { userAgentFor } from './asking/index.js'
export { type Collected, type CollectPhotosOptions, collectPhotos, previewPhotos } from './collect-photos.js'
export { type RefusalReason, refusalReasons } from './downloader/index.js'
export type { Chooser, PreviewedPhoto, SourceFailure, SourceTally, Subject } from './gather/index.js'
export { type Job, type Jobs, namingFor, narrowed, readConfig, singlePhoto } from './gid/index.js'
export { type CollectedLfw, type CollectLfwOptions, collectLfw } from './lfw/index.js'
export { type NamedSource, type NamedSources, namedSources } from './named-sources.js'
export type { Source } from './sources/index.js'
