export { type CollectedArchive, collectArchive } from './collect-archive.js'
export { type ReadArchiveOptions, readArchive } from './read-archive.js'
export { type UnzipOptions, type Unzipped, unzip } from './zip/unzip.js'
