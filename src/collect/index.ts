export { articleAddress, fetchArticleDataset } from './article.js'
export { type UnzipOptions, type Unzipped, unzip } from './unzip.js'
