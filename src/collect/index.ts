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
export { type Collected, type CollectPhotosOptions, collectPhotos } from './collect-photos.js'
export type { Chooser } from './gather/index.js'
export { type CollectedLfw, type CollectLfwOptions, collectLfw } from './lfw/index.js'
export { type NamedSources, namedSources } from './named-sources.js'
export type { Source } from './sources/index.js'
