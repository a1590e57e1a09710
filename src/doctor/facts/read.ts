import { readPhotoFile, sha256Of } from '../../images/index.js'

/** A file as it was read: its content's hash and size. */
export interface ReadFile {
  readonly sha256: string
  readonly bytes: Uint8Array
}

/** Reads a photo file, once. Throws `image` where it cannot be read. */
export async function readFile(path: string): Promise<ReadFile> {
  const bytes = await readPhotoFile(path, 'photo')
  return { sha256: sha256Of(bytes), bytes }
}
