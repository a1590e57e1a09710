import path from 'node:path'
import {
  type Collected,
  type CollectPhotosOptions,
  collectPhotos,
  folderNameOf,
  isKeyword,
  type NamedSource,
  namedSources,
  type PreviewedPhoto,
  previewPhotos,
  type RefusalReason,
  refusalReasons,
  type SourceFailure,
  type SourceTally,
  type Subject,
  siteOf,
  userAgentFor,
} from '../collect/index.js'
import { ChiquitoError, type WorkOptions } from '../core/index.js'
import { countLicences, type LicenceCount, METADATA } from '../dataset/index.js'
import type { Doubt } from './doubt.js'

/** As many as the article asked Google for. */
const DEFAULT_LIMIT = 800

export interface CollectOptions extends WorkOptions {
  /** What to look for; several make a class folder each. None for sources that are lists. */
  readonly keywords: readonly string[]
  readonly out: string
  /** Photos for each class, 800 by default. */
  readonly limit?: number | undefined
  /** Names, or `NAME=ADDRESS`; those that anybody may ask by default. */
  readonly sources?: readonly string[] | undefined
  /** Go on with a folder collected earlier: so many photos more for each class. */
  readonly add?: boolean | undefined
  /** A run: only photos about which its model is unsure, or that are like none it has learnt from. */
  readonly unsure?: string | undefined
  /** Highest probability from which the model counts as sure, 0 to 1; 0.9 by default. */
  readonly sure?: number | undefined
  /** An address or a page under which the person can be reached, for servers' logs. */
  readonly contact?: string | undefined
  /** Only photos that may be used commercially. */
  readonly commercial?: boolean | undefined
  /** Only photos that may be changed. */
  readonly changes?: boolean | undefined
  /** Only photos whose creator need not be named. */
  readonly noNaming?: boolean | undefined
  /** Leave out what sources hold unfit for children. */
  readonly safe?: boolean | undefined
  /** Only photos of this site, a host name. */
  readonly site?: string | undefined
  /** Private servers, `host:port`, that may be fetched from. */
  readonly allowHosts?: readonly string[] | undefined
  /** Longest silence of a server, in seconds. */
  readonly timeout?: number | undefined
}

export interface CollectResult {
  /** Absolute. */
  readonly folder: string
  readonly metadata: string
  readonly attribution: string
  /** Photos in the folder that were collected, now and earlier. */
  readonly photos: number
  /** Of each class, what this request brought. */
  readonly classes: readonly { readonly folder: string; readonly photos: number; readonly wanted: number }[]
  readonly sources: readonly SourceTally[]
  /** Photos that were found and not collected, the commonest reason first. */
  readonly refused: readonly {
    readonly reason: RefusalReason
    readonly what: string
    readonly count: number
  }[]
  /**
   * Under which licences the photos in the folder are offered, the commonest first; null where none is known. Photos that
   * `collect lfw` brought count, too.
   */
  readonly licences: readonly LicenceCount[]
  /** With `unsure`: photos that the model looked at in this process, and those that would teach it something. */
  readonly doubted?: { readonly looked: number; readonly kept: number } | undefined
  /** Sources that failed. */
  readonly failures: readonly SourceFailure[]
  /** Every class has what was wanted, or the sources have no more. */
  readonly isDone: boolean
}

/** Photos for keywords, with what is to be known of each. */
export async function collect(options: CollectOptions): Promise<CollectResult> {
  const given = settingsOf(options)
  const chooser = await chooserFor(options)
  try {
    const result = resultOf(given, await collectPhotos({ ...given, chooser }))
    return { ...result, doubted: chooser?.doubted }
  } finally {
    await chooser?.close()
  }
}

/** What `collect` would fetch; nothing is written and no photo asked for. */
export async function previewCollect(options: CollectOptions): Promise<readonly PreviewedPhoto[]> {
  const given = settingsOf(options)
  const chooser = await chooserFor(options)
  try {
    return await previewPhotos({ ...given, chooser })
  } finally {
    await chooser?.close()
  }
}

function resultOf(given: CollectPhotosOptions, collected: Collected): CollectResult {
  const { folder, classes, sources, refused, failures, rows, licences } = collected
  const wanted = given.subjects.flatMap(subject => (subject.folder === undefined ? [] : [subject.folder]))
  const folders = new Set([...wanted, ...classes.map(one => one.folder)])
  const photosOf = (name: string) => classes.find(one => one.folder === name)?.photos ?? 0
  return {
    folder,
    metadata: path.join(folder, METADATA),
    attribution: path.join(folder, 'ATTRIBUTION.html'),
    photos: rows.length,
    classes: [...folders].map(name => ({ folder: name, photos: photosOf(name), wanted: given.limit })),
    sources,
    refused: refused
      .map(({ reason, count }) => ({ reason, what: refusalReasons[reason], count }))
      .sort((a, b) => b.count - a.count),
    licences: countLicences(licences),
    failures,
    isDone: failures.length === 0,
  }
}

function settingsOf(options: CollectOptions): CollectPhotosOptions {
  const { out, limit = DEFAULT_LIMIT, add, timeout, progress, signal } = options
  const { sources, hosts, secrets } = namedSources(options.sources, process.env, progress)
  askForContact(options, sources)
  return {
    out: path.resolve(out),
    subjects: subjectsOf(options, sources),
    sources,
    limit,
    add,
    userAgent: userAgentFor(options.contact),
    secrets,
    allowedHosts: new Set([...hosts, ...(options.allowHosts ?? [])]),
    idleMs: timeout === undefined ? undefined : timeout * 1000,
    progress,
    signal,
  }
}

/** Says whose wish is not fulfilled; they answer all the same. */
function askForContact({ contact, progress }: CollectOptions, sources: readonly NamedSource[]): void {
  const titles = sources.flatMap(({ source }) => (source.wantsContact ? [source.title] : []))
  if (contact !== undefined || titles.length === 0) return
  progress?.({
    kind: 'notice',
    message: `${titles.join(' and ')} asks programs to say whom to write to: give --contact with your mail address or page.`,
  })
}

/** A class for each keyword, in a folder of its own where there are several; what a list holds, where there is none. */
function subjectsOf(options: CollectOptions, sources: readonly NamedSource[]): Subject[] {
  const { keywords, commercial = false, changes = false, noNaming = false, safe } = options
  const site = options.site === undefined ? undefined : siteOf(options.site)
  const query = { needs: { commercial, changes, noNaming }, safe, site }
  if (keywords.length === 0) {
    const asking = sources.find(({ source }) => !source.isList)
    if (asking !== undefined)
      throw new ChiquitoError(
        'usage',
        `Say what to look for: ${asking.source.title} is asked by keywords. (Lists need none: --source urls=FILE.)`,
      )
    return [{ folder: undefined, query: { words: '', ...query } }]
  }
  const seen = new Map<string, string>()
  return keywords.map(words => {
    const folder = keywords.length === 1 ? '' : folderNameOf(words)
    if (!isKeyword(words) || (keywords.length > 1 && folder === ''))
      throw new ChiquitoError('usage', `The keyword ${JSON.stringify(words)} has nothing to look for.`)
    const twin = seen.get(folder.toLowerCase())
    if (twin !== undefined)
      throw new ChiquitoError(
        'usage',
        `The keywords ${JSON.stringify(twin)} and ${JSON.stringify(words)} would share the folder "${folder}". Give one ` +
          'of them, or collect them into two folders.',
      )
    seen.set(folder.toLowerCase(), words)
    return { folder, query: { words, ...query } }
  })
}

async function chooserFor({ unsure, sure, progress, signal }: CollectOptions): Promise<Doubt | undefined> {
  if (unsure === undefined) {
    if (sure !== undefined)
      throw new ChiquitoError(
        'usage',
        '--sure says when the model of --unsure counts as sure: give --unsure RUN too.',
      )
    return undefined
  }
  const { DEFAULT_SURE, Doubt } = await import('./doubt.js')
  return Doubt.open(unsure, { sure: sure ?? DEFAULT_SURE, progress, signal })
}
