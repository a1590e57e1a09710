import type { Query } from '../sources/index.js'

/** One search of google-images-download's configuration: a keyword with its prefix and suffix, and a folder for it. */
export interface Job {
  readonly query: Omit<Query, 'wanted'>
  /** Relative to where the program runs, or absolute. */
  readonly output: string
  /** Below `output`, perhaps with further folders in it; empty for `output` itself. */
  readonly folder: string
  readonly limit: number
  /** In place of those that the person names: a results page, or one photo. */
  readonly from?: { readonly page: string } | { readonly photo: string } | undefined
  /** Photos left out at the beginning. */
  readonly offset: number
  readonly delayMs: number
  /** Photos whose address holds one of these are left out. */
  readonly ignored: readonly string[]
  /** Extensions of addresses that are wanted; all where there is none. */
  readonly extensions: readonly string[]
  readonly idleMs: number
  /** `http://HOST:PORT`. */
  readonly proxy?: string | undefined
  readonly names: { readonly prefix: string | undefined; readonly numbered: boolean }
  /** Name of a file in `output` for lines of address and page. */
  readonly saveSource?: string | undefined
  /** Whether `logs/KEYWORD.json` is written. */
  readonly extractMetadata: boolean
  readonly prints: {
    readonly urls: boolean
    readonly size: boolean
    readonly paths: boolean
    readonly metadata: boolean
  }
  readonly isPreview: boolean
}

/** What a configuration asks for, and what of it cannot be had. */
export interface Jobs {
  readonly jobs: readonly Job[]
  /** One sentence a key: what it means no longer, and what to use. */
  readonly notices: readonly string[]
}
