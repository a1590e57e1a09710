import type { Licence, LicenceNeeds } from './licence.js'

/** What is looked for. A source ignores what it cannot ask for; the photo's own facts are checked afterwards. */
export interface Query {
  /** The keyword, as the person wrote it. */
  readonly words: string
  readonly needs: LicenceNeeds
  /** Photos still wanted: a hint for the size of a page, never a promise. */
  readonly wanted: number
  /** Only from this site, a host name. */
  readonly site?: string | undefined
  readonly size?: 'large' | 'medium' | 'icon' | undefined
  readonly colour?: string | undefined
  readonly kind?: 'photo' | 'clipart' | 'line-drawing' | 'face' | 'animated' | undefined
  readonly shape?: 'tall' | 'square' | 'wide' | undefined
  /** Leave out what the source holds unfit for children. */
  readonly safe?: boolean | undefined
}

/** A photo that a source offers: nothing of it is checked yet. */
export interface Found {
  /** Of the picture itself: http or https; for sources on this machine, file. */
  readonly address: string
  /** The page that shows it. */
  readonly page?: string | undefined
  readonly title?: string | undefined
  readonly creator?: string | undefined
  readonly licence?: Licence | undefined
  /** Class folder, where the source knows it (a list with labels). */
  readonly label?: string | undefined
}

/** One answer of a source. */
export interface Page {
  readonly found: readonly Found[]
  /** Where the next page begins, `undefined` at the end: text that means the same in another process, so that a
   * collection goes on after a kill. */
  readonly next: string | undefined
  /** What the person should know, a sentence: that the server gives no more without a key, for example. */
  readonly notice?: string | undefined
}

/**
 * How a source asks its server: at its pace, kept to public addresses, with who asks in the User-Agent. A question is asked
 * once: where it fails for now (429, a server that is down, a broken line), the whole page is asked for again, by the
 * rule for all retries.
 */
export interface Ask {
  /**
   * The answer's body as JSON, not checked: a source holds it against its own schema.
   *
   * @param form - sent by POST, as a form
   * @throws `TransientError` for what may pass; `RefusedError`, with the status, where the server says no; `data` where
   * the answer is no JSON; `io`; `interrupted`
   */
  json(
    address: URL,
    headers?: Readonly<Record<string, string>>,
    form?: Readonly<Record<string, string>>,
  ): Promise<unknown>
  /** The answer's body as text. Throws as `json` does. */
  text(
    address: URL,
    headers?: Readonly<Record<string, string>>,
    form?: Readonly<Record<string, string>>,
  ): Promise<string>
  /** For sources that ask in another way: fires when the person stops the work. */
  readonly signal?: AbortSignal | undefined
  /** For sources that ask in another way: whether the person allowed this server, private as it may be. */
  allowsPrivate(address: URL): boolean
}

/** Who may be asked for photos. A new one is a file in this folder and its line in `index.ts`. */
export interface Source {
  /** As the person types it. */
  readonly name: string
  /** As a person reads it. */
  readonly title: string
  /** One plain sentence on its terms, said before it is first asked; a source that has one is asked only by name. */
  readonly terms?: string | undefined
  /** What to say where nothing stands behind its name, though it needs that: `urls=list.txt`. */
  readonly lacking?: string | undefined
  /** It asks programs to say whom to write to when they misbehave. */
  readonly wantsContact?: boolean | undefined
  /** Environment variable that holds its key, where it needs (or takes) one. */
  readonly key?: { readonly variable: string; readonly required: boolean; readonly from: string } | undefined
  /** Least time between two questions, in milliseconds. */
  readonly paceMs: number
  /** Most photos that one of its hosts is asked for at a time; the downloader's own limit where it says nothing. */
  readonly photosAtOnce?: number | undefined
  /** Its photos lie on this machine: their addresses are `file:`, which no other source may give. */
  readonly isLocal?: boolean | undefined
  /** The person named every address: it needs no keyword, and robots.txt, made for who finds the way alone, is not asked. */
  readonly isList?: boolean | undefined
  /**
   * The page that begins at the cursor; the first one without.
   *
   * @throws `data` when the answer has another shape than documented, naming the source and what was lacking;
   * what `ask` throws; `TransientError` where the answer itself asks for patience (`maxlag`): then the page is asked for
   * again, by the rule for all retries
   */
  page(query: Query, cursor: string | undefined, ask: Ask): Promise<Page>
}

export interface SourceOptions {
  /** What stands behind the name, as in `--source urls=list.csv`: another server of the kind, a list, a folder, a page. */
  readonly address?: string | undefined
  readonly key?: string | undefined
}

/**
 * Makes a source. Called without options, it may only look: what it makes says its name, terms and key, and may refuse to
 * give pages.
 *
 * @throws `usage` for an address that is none
 */
export type MakeSource = (options: SourceOptions) => Source
