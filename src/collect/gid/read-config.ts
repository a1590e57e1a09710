import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { ChiquitoError, describeIssue } from '../../core/index.js'
import { errorCode, ioError } from '../../files/index.js'
import { parseAddress } from '../../net/index.js'
import { isKeyword, siteOf } from '../search/index.js'
import type { LicenceNeeds, Query } from '../sources/index.js'
import type { Job, Jobs } from './job.js'
import { configSchema, heeded, retired, type Values, valuesSchema } from './keys.js'

/** A configuration is a page of text; lists of keywords may be longer. */
const MAX_FILE_BYTES = 16 * 1024 * 1024

/** What google-images-download does where nothing is said. */
const DEFAULT_LIMIT = 100
const DEFAULT_OUTPUT = 'downloads'
const DEFAULT_TIMEOUT_S = 10

/** Searches that a file asks for by its products of words. */
const MAX_JOBS = 10_000

/** `labeled-for-…` in what has to be allowed. */
const rights: Readonly<Record<NonNullable<Values['usage_rights']>, LicenceNeeds>> = {
  'labeled-for-reuse-with-modifications': { commercial: true, changes: true },
  'labeled-for-reuse': { commercial: true, changes: false },
  'labeled-for-noncommercial-reuse-with-modification': { commercial: false, changes: true },
  // Anybody may show it: so much every licence allows, and what has none is told in the licence mix.
  'labeled-for-nocommercial-reuse': { commercial: false, changes: false },
}

/**
 * Reads google-images-download's configuration file.
 *
 * @throws `usage` for a file that is none, naming record and key; `io`
 */
export async function readConfig(file: string): Promise<Jobs> {
  const text = await textOf(file)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw wrong(file, 'it is not JSON')
  }
  const config = configSchema.safeParse(json)
  if (!config.success) throw wrong(file, describeIssue(config.error))
  const wordsIn = async (name: string) => linesOf(await textOf(await besides(file, name)))
  return translate(config.data.Records, wordsIn, file)
}

/**
 * The searches that records ask for. Parts of lists are trimmed: google-images-download kept the blank after a comma, and
 * made a folder " dog" of "cat, dog", which nobody wanted.
 *
 * @param wordsIn - lines of the file that `keywords_from_file` names
 * @param file - for messages
 * @throws `usage`
 */
export async function translate(
  records: readonly Readonly<Record<string, unknown>>[],
  wordsIn: (name: string) => Promise<readonly string[]>,
  file: string,
): Promise<Jobs> {
  const jobs: Job[] = []
  const notices = new Set<string>()
  for (const [index, record] of records.entries()) {
    const given = Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null))
    const where = `record ${index + 1}`
    const values = valuesSchema.safeParse(given)
    if (!values.success) throw wrong(file, `${where}, ${describeIssue(values.error)}`)
    for (const notice of noticesOf(given, values.data)) notices.add(notice)
    try {
      jobs.push(...(await jobsOf(values.data, wordsIn)))
    } catch (error) {
      if (!(error instanceof ChiquitoError) || error.code !== 'usage') throw error
      throw wrong(file, `${where}: ${error.message.replace(/\.$/, '')}`)
    }
    if (jobs.length > MAX_JOBS) throw wrong(file, `it asks for more than ${MAX_JOBS} searches`)
  }
  return { jobs, notices: [...notices] }
}

function noticesOf(given: Readonly<Record<string, unknown>>, values: Values): string[] {
  const isOn = ([, value]: [string, unknown]) => value !== false && value !== ''
  const names = Object.entries(given)
    .filter(isOn)
    .map(([name]) => name)
  const retiredKeys = new Map(Object.entries(retired))
  const old = names.flatMap(name => {
    const instead = retiredKeys.get(name)
    return instead === undefined ? [] : [`"${name}": ${instead}`]
  })
  const unknown = names.filter(name => !Object.hasOwn(heeded, name) && !retiredKeys.has(name))
  return [
    ...old,
    ...unknown.map(
      name => `${JSON.stringify(name.slice(0, 60))}: no key of google-images-download; check its spelling`,
    ),
    ...(values.size !== undefined && sizeOf(values.size) === undefined
      ? [
          `"size": of its values, large, medium and icon are heeded; every size is taken for "${values.size.slice(0, 20)}"`,
        ]
      : []),
    ...(values.format === 'svg' || values.format === 'raw'
      ? [`"format": no photo can be read as ${values.format}; every format is taken`]
      : []),
    ...(values.aspect_ratio === 'panoramic'
      ? ['"aspect_ratio": panoramic photos are looked for as wide ones']
      : []),
  ]
}

/** @throws `usage`, without file and record; what `wordsIn` throws */
async function jobsOf(values: Values, wordsIn: (name: string) => Promise<readonly string[]>): Promise<Job[]> {
  if (values.image_directory && values.no_directory)
    throw new ChiquitoError('usage', '"image_directory" and "no_directory" contradict each other')
  const { url, single_image: single } = values
  if (url) addressIn('url', url.replaceAll('{words}', ''))
  if (single) addressIn('single_image', single)
  if (single)
    return [
      {
        ...common(values, 'single image', ''),
        folder: values.image_directory ?? '',
        from: { photo: single },
      },
    ]
  const keywords = values.keywords_from_file
    ? await wordsIn(values.keywords_from_file)
    : listOf(values.keywords ?? (url ? searchedIn(url) : ''))
  if (keywords.length === 0)
    throw new ChiquitoError(
      'usage',
      values.keywords_from_file
        ? `"${values.keywords_from_file}" lists nothing to look for: expected a keyword a line`
        : 'nothing to look for: expected "keywords", "keywords_from_file", "url" or "single_image"',
    )
  const empty = keywords.find(keyword => !isKeyword(keyword))
  if (empty !== undefined)
    throw new ChiquitoError(
      'usage',
      `the keyword ${JSON.stringify(empty.slice(0, 80))} has nothing to look for`,
    )
  const prefixes = values.prefix_keywords ? listOf(values.prefix_keywords) : ['']
  const suffixes = values.suffix_keywords ? listOf(values.suffix_keywords) : ['']
  return prefixes.flatMap(prefix =>
    suffixes.flatMap(suffix =>
      keywords.map((keyword): Job => {
        const words = [prefix, keyword, suffix].filter(part => part !== '').join(' ')
        const colour = values.color === undefined ? '' : `-${values.color}`
        const folder = values.no_directory ? '' : (values.image_directory ?? words + colour)
        return { ...common(values, words, folder), from: url ? { page: url } : undefined }
      }),
    ),
  )
}

function common(values: Values, words: string, folder: string): Job {
  const silent = values.silent_mode ?? false
  return {
    query: queryOf(values, words),
    output: values.output_directory ?? DEFAULT_OUTPUT,
    folder,
    limit: values.single_image ? 1 : (values.limit ?? DEFAULT_LIMIT),
    offset: values.offset ?? 0,
    delayMs: (values.delay ?? 0) * 1000,
    ignored: listOf(values.ignore_urls ?? ''),
    extensions: extensionsOf(values.format),
    idleMs: Math.max(1, (values.socket_timeout ?? DEFAULT_TIMEOUT_S) * 1000),
    proxy: values.proxy === undefined ? undefined : addressIn('proxy', `http://${values.proxy}`).origin,
    names: { prefix: values.prefix, numbered: !values.no_numbering },
    saveSource: values.save_source,
    extractMetadata: values.extract_metadata ?? false,
    prints: {
      urls: !silent && (values.print_urls ?? false),
      size: !silent && (values.print_size ?? false),
      paths: !silent && (values.print_paths ?? false),
      metadata: !silent && (values.metadata ?? false),
    },
    isPreview: values.no_download ?? false,
  }
}

function queryOf(values: Values, words: string): Omit<Query, 'wanted'> {
  const { aspect_ratio: shape, type: kind, usage_rights: right } = values
  return {
    words,
    needs: right === undefined ? { commercial: false, changes: false } : rights[right],
    site: values.specific_site === undefined ? undefined : siteOf(values.specific_site),
    size: values.size === undefined ? undefined : sizeOf(values.size),
    colour: values.color ?? (values.color_type === 'transparent' ? undefined : values.color_type),
    kind: kind === 'clip-art' ? 'clipart' : kind,
    shape: shape === 'panoramic' ? 'wide' : shape,
    safe: values.safe_search,
  }
}

function sizeOf(size: string): Query['size'] {
  return (['large', 'medium', 'icon'] as const).find(one => one === size)
}

/** @throws `usage`, naming the key */
function addressIn(key: string, text: string): URL {
  try {
    return parseAddress(text)
  } catch (error) {
    if (!(error instanceof ChiquitoError)) throw error
    throw new ChiquitoError('usage', `at ${key}: ${error.message}`)
  }
}

function extensionsOf(format: Values['format']): readonly string[] {
  if (format === undefined || format === 'svg' || format === 'raw') return []
  return format === 'jpg' ? ['jpg', 'jpeg', 'jpe', 'jfif'] : [format]
}

/** What a results page was searched for. */
function searchedIn(url: string): string {
  const asked = parseAddress(url).searchParams
  return (asked.get('q') ?? asked.get('query') ?? 'results').replaceAll(',', ' ')
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
}

/** A keyword a line; of a CSV, each line as it is, as google-images-download takes it. */
function linesOf(text: string): string[] {
  return text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .map(line => line.trim())
    .filter(line => line !== '')
}

/** A file named in the configuration: where the program runs, as it was, or beside the configuration. */
async function besides(file: string, name: string): Promise<string> {
  try {
    await stat(name)
    return name
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw ioError(error, 'read', name)
    return path.resolve(path.dirname(file), name)
  }
}

async function textOf(file: string): Promise<string> {
  try {
    const { size } = await stat(file)
    if (size > MAX_FILE_BYTES) throw wrong(file, `it has ${size} bytes`)
    return new TextDecoder().decode(await readFile(file))
  } catch (error) {
    throw ioError(error, 'read', file)
  }
}

function wrong(file: string, what: string): ChiquitoError {
  return new ChiquitoError(
    'usage',
    `"${file}" is no configuration of google-images-download: ${what}. Expected JSON such as ` +
      '{"Records": [{"keywords": "chiquito de la calzada", "limit": 800}]}.',
  )
}
