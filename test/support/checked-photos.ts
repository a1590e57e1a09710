import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { CheckedPhoto, LookFacts } from '../../src/doctor/index.js'
import { decode, sha256Of, symmetricHash } from '../../src/images/index.js'

/** Photos of a folder as checks see them, with the facts that the search for copies asks for; `train/…` and `valid/…` say the split. */
export async function checkedPhotos(root: string, paths: readonly string[]): Promise<CheckedPhoto[]> {
  return Promise.all(
    paths.map(async name => {
      const bytes = readFileSync(path.join(root, name))
      const part = name.split('/')[0]
      return {
        path: name,
        label: 0,
        split: part === 'train' || part === 'valid' || part === 'test' ? part : undefined,
        bytes: bytes.length,
        sha256: sha256Of(bytes),
        row: undefined,
        facts: { header: null, looks: bytes.length === 0 ? null : await looksOf(bytes, name), problem: null },
      }
    }),
  )
}

async function looksOf(bytes: Uint8Array, name: string): Promise<LookFacts> {
  const pixels = await decode(bytes, { name, shortSide: 48 })
  const phash = symmetricHash(pixels)
  const sorted = pixels.data.slice().sort()
  const below = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]
  return {
    phash,
    innerPhash: phash,
    border: 0,
    luminance: { mean: 0, p1: below(0.01), p5: below(0.05), p95: below(0.95), p99: below(0.99) },
    sharpness: 0,
    detail: [],
    entropy: 0,
    colours: 0,
    chroma: 0,
    colour: [0, 0, 0],
    edge: [],
  }
}
