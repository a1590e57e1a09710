export { findingsNow } from './findings-now.js'
export { keepFindings, readFindings } from './findings-record.js'
export { type Listing, photoId, type Shelf, type ShelvedPhoto, shelfOf } from './shelf.js'
