export { findingsNow } from './findings-now.js'
export { readFindings } from './findings-record.js'
export { lookForTrouble } from './look-for-trouble.js'
export { type Listing, type Shelf, type ShelvedPhoto, shelfOf } from './shelf.js'
