export { articleAddress, fetchArticleDataset } from './article.js'
export { type Download, type DownloadOptions, download, type FileKind, zipFile } from './download.js'
export { type UnzipOptions, type Unzipped, unzip } from './unzip.js'
