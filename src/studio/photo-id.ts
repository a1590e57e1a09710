import { hash } from 'node:crypto'

/** What a photo is called in addresses: the first digits of the SHA-256 of its path. */
export function photoId(path: string): string {
  return hash('sha256', path).slice(0, 16)
}
