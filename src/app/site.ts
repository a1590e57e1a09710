// What an exported page is told: written into it by `chiquito app`, read by its script. Also loads in browsers.

/** Paths are relative to the page. */
export interface Site {
  /** What the page is called: the subject. */
  readonly title: string
  /** Of this page, its model and its program: changes with any of them. */
  readonly version: string
  readonly model: SiteModel
  readonly worker: string
  readonly runtime: {
    readonly wasm: SiteRuntime
    readonly webgpu?: SiteRuntime
  }
  /** Labels as the person wants to read them, by label. */
  readonly words: Readonly<Record<string, string>>
  /** The label that the page is about, of two. */
  readonly subject: string | null
}

export interface SiteModel extends SiteFile {
  /** The same as it is fetched where the browser can unpack it. */
  readonly packed: SiteFile
}

export interface SiteFile {
  readonly path: string
  readonly bytes: number
}

export interface SiteRuntime {
  readonly script: string
  readonly loader: string
  readonly wasm: string
  /** `wasm`, compressed by gzip. */
  readonly packed: SiteFile
}

/** What the service worker keeps for times without a network. */
export interface Offline {
  readonly version: string
  /** Files with a hash of their content in their names. */
  readonly files: readonly string[]
  /** The model: packed, and as it is for browsers that cannot unpack it. */
  readonly model: { readonly packed: string; readonly plain: string }
  /** Files that are fetched compressed and kept as they are, by their path: what they are compressed. */
  readonly packed: Readonly<Record<string, string>>
  /** Files without a hash. */
  readonly plain: readonly string[]
}

/** Where the page's settings stand in its HTML. */
export const SITE_ELEMENT = 'site'
