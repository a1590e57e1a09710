export type { BlobStore, StoreOptions } from './blob-store.js'
export { FolderStore } from './folder-store.js'
export { openStore } from './open-store.js'
