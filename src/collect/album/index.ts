export { Album } from './album.js'
export type { Candidate, SearchState } from './history.js'
export { METADATA, type MetadataRow } from './metadata.js'
