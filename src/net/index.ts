export { type Download, type DownloadOptions, download, type FileKind, zipFile } from './download.js'
export { type FileHeaders, inspect } from './inspect.js'
export { type RetryOptions, TransientError } from './retry.js'
export { type ClientOptions, RefusedError } from './transfer.js'
