import path from 'node:path'
import {
  type Collected,
  type CollectPhotosOptions,
  collectPhotos,
  folderNameOf,
  type Job,
  type MetadataRow,
  type NamedSources,
  namedSources,
  namingFor,
  narrowed,
  type PreviewedPhoto,
  previewPhotos,
  readConfig,
  singlePhoto,
  userAgentFor,
} from '../collect/index.js'
import type { WorkOptions } from '../core/index.js'
import { makeFolder, writeFileAtomic } from '../files/index.js'

export interface CollectConfigOptions extends WorkOptions {
  /** google-images-download's configuration file. */
  readonly configFile: string
  /** In place of the `output_directory` of every record. */
  readonly out?: string | undefined
  /** In place of Google: names, or `NAME=ADDRESS`; those that anybody may ask by default. */
  readonly sources?: readonly string[] | undefined
  readonly add?: boolean | undefined
  readonly contact?: string | undefined
  readonly allowHosts?: readonly string[] | undefined
  /** Only look, as with `no_download` in every record. */
  readonly dryRun?: boolean | undefined
  /** In place of `socket_timeout`, in seconds. */
  readonly timeout?: number | undefined
}

/** What came of the searches that share a folder. */
export interface ConfigFolder {
  /** Absolute. */
  readonly folder: string
  readonly keywords: readonly string[]
  readonly wanted: number
  /** Photos that this request brought; 0 where it only looked. */
  readonly photos: number
  /** What would be fetched, where it only looked. */
  readonly preview: readonly PreviewedPhoto[]
  readonly failures: Collected['failures']
  /** What `print_urls`, `print_size`, `print_paths` and `metadata` ask for. */
  readonly printed: readonly string[]
}

export interface CollectConfigResult {
  readonly folders: readonly ConfigFolder[]
  /** Keys of the file that mean nothing any more, and what to use. */
  readonly notices: readonly string[]
  readonly isDone: boolean
}

/** Searches that fill one folder. */
interface Group {
  readonly folder: string
  readonly jobs: readonly Job[]
}

/** Does what google-images-download's configuration file asks for: its folders, its file names, its files beside. */
export async function collectConfig(options: CollectConfigOptions): Promise<CollectConfigResult> {
  const { jobs, notices } = await readConfig(options.configFile)
  if (notices.length > 0)
    options.progress?.({
      kind: 'notice',
      message: `Of ${options.configFile}, these keys mean something else now, or nothing. ${notices.join('. ')}.`,
    })
  const folders: ConfigFolder[] = []
  for (const group of groupsOf(jobs, options.out)) folders.push(await doGroup(group, options))
  return { folders, notices, isDone: folders.every(({ failures }) => failures.length === 0) }
}

function groupsOf(jobs: readonly Job[], out: string | undefined): Group[] {
  const groups = new Map<string, Job[]>()
  for (const job of jobs) {
    const inner = job.folder.split(/[/\\]/).map(folderNameOf)
    const folder = path.resolve(out ?? job.output, ...inner)
    groups.set(folder, [...(groups.get(folder) ?? []), job])
  }
  return [...groups].map(([folder, shared]) => ({ folder, jobs: shared }))
}

async function doGroup({ folder, jobs }: Group, options: CollectConfigOptions): Promise<ConfigFolder> {
  const [first] = jobs
  const given = settingsOf({ folder, jobs }, options)
  const facts = { folder, keywords: jobs.map(({ query }) => query.words), wanted: given.limit }
  return withProxy(first.proxy, async () => {
    if (options.dryRun || first.isPreview) {
      const preview = await previewPhotos(given)
      return {
        ...facts,
        photos: 0,
        preview,
        failures: [],
        printed: preview.map(({ found }) => found.address),
      }
    }
    const { classes, failures, rows } = await collectPhotos(given)
    await writeBeside(first, folder, rows, options.out)
    const photos = classes.reduce((sum, one) => sum + one.photos, 0)
    return {
      ...facts,
      photos,
      preview: [],
      failures,
      printed: rows.flatMap(row => printedOf(first, folder, row)),
    }
  })
}

function settingsOf({ folder, jobs }: Group, options: CollectConfigOptions): CollectPhotosOptions {
  const { progress, signal, add, contact, timeout, allowHosts = [] } = options
  const [first] = jobs
  // Terms are said once.
  const quiet = { ...options, progress: undefined }
  const named = jobs.map((job, i) => sourcesFor(job, i === 0 ? options : quiet))
  const subjects = jobs.map(({ query, limit }, i) =>
    // Those that share a folder bring their own photos into it, each so many, by its own keys.
    jobs.length === 1
      ? { folder: '', query }
      : { folder: '', query, id: String(i + 1), limit, sources: named[i].sources },
  )
  return {
    out: folder,
    subjects,
    sources: named[0].sources,
    limit: jobs.reduce((sum, { limit }) => sum + limit, 0),
    naming: namingFor(first.names),
    add,
    userAgent: userAgentFor(contact),
    secrets: named.map(({ secrets }) => secrets).reduce((all, one) => all.with(one)),
    allowedHosts: new Set([...named.flatMap(({ hosts }) => hosts), ...allowHosts]),
    idleMs: timeout === undefined ? first.idleMs : timeout * 1000,
    progress,
    signal,
  }
}

/** Whom a search asks, and what it leaves out of that. */
function sourcesFor(job: Job, { sources, progress }: CollectConfigOptions): NamedSources {
  const { from } = job
  const page = from !== undefined && 'page' in from ? [`browser=${from.page}`] : undefined
  const named = namedSources(page ?? sources, process.env, progress)
  if (from !== undefined && 'photo' in from)
    return { ...named, sources: [{ source: singlePhoto(from.photo), given: `single_image=${from.photo}` }] }
  return {
    ...named,
    sources: named.sources.map(({ source, given }) => ({ source: narrowed(source, job), given })),
  }
}

/** The proxy of a record, where the http library looks for one. */
async function withProxy<T>(proxy: string | undefined, work: () => Promise<T>): Promise<T> {
  if (proxy === undefined) return work()
  const before = { http_proxy: process.env.http_proxy, https_proxy: process.env.https_proxy }
  Object.assign(process.env, { http_proxy: proxy, https_proxy: proxy })
  try {
    return await work()
  } finally {
    for (const [name, value] of Object.entries(before))
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
  }
}

/** The files that `save_source` and `extract_metadata` ask for. */
async function writeBeside(
  job: Job,
  folder: string,
  rows: readonly MetadataRow[],
  out: string | undefined,
): Promise<void> {
  if (job.saveSource) {
    const lines = rows.map(({ source_url, page_url }) => `${source_url}\t${page_url ?? ''}\n`)
    await writeFileAtomic(
      path.resolve(out ?? job.output, `${folderNameOf(job.saveSource)}.txt`),
      lines.join(''),
    )
  }
  if (job.extractMetadata) {
    const facts = rows.map(row => legacyFacts(row))
    const name = folderNameOf(job.query.words) || path.basename(folder)
    await makeFolder(path.resolve('logs'))
    await writeFileAtomic(path.resolve('logs', `${name}.json`), `${JSON.stringify(facts, null, 4)}\n`)
  }
}

/** A photo's facts under the names that google-images-download gives them. */
function legacyFacts({ file_name, source_url, page_url, title, width, height }: MetadataRow) {
  return {
    image_filename: file_name,
    image_format: path.extname(file_name).slice(1),
    image_height: height,
    image_width: width,
    image_link: source_url,
    image_description: title ?? '',
    image_host: new URL(page_url ?? source_url).hostname,
    image_source: page_url ?? '',
    image_thumbnail_url: '',
  }
}

function printedOf({ prints }: Job, folder: string, row: MetadataRow): string[] {
  return [
    ...(prints.urls ? [`Image URL: ${row.source_url}`] : []),
    ...(prints.size ? [`Image size: ${row.width} x ${row.height}`] : []),
    ...(prints.paths ? [path.join(folder, row.file_name)] : []),
    ...(prints.metadata ? [`Image metadata: ${JSON.stringify(legacyFacts(row))}`] : []),
  ]
}
