export { type Download, type DownloadOptions, download, type FileKind, zipFile } from './download.js'
