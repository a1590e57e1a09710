import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { z } from 'zod'
import { ChiquitoError, parsedJson, throwIfAborted, type WorkOptions } from '../../core/index.js'
import { OddityCounter, pathsInList, walkPhotos } from '../../dataset/index.js'
import { ioError } from '../../files/index.js'

/** Written at a time. */
const CHUNK_CHARACTERS = 256 * 1024

/** What a person named. */
export interface Source {
  readonly kind: 'photo' | 'folder' | 'list'
  /** As it was given; paths of its photos begin with it, where it is a folder. */
  readonly given: string
  /** Of a list on standard input. */
  readonly input?: AsyncIterable<Uint8Array> | undefined
}

/** One photo of the list; or, with the reason, what may not be read. */
const entrySchema = z.strictObject({ path: z.string(), reason: z.string().optional() })
export type ListedPhoto = z.infer<typeof entrySchema>

export interface ListResult {
  readonly count: number
  /** SHA-256 of each source that is a list, by its place among the sources. */
  readonly digests: readonly (string | null)[]
  /** What lies in the folders and is left out, in sentences. */
  readonly notices: readonly string[]
}

/**
 * Writes down once and for all which photos there are, and in which order: whoever goes on later goes on with the same ones, also where the
 * folder has changed meanwhile. Memory does not grow with their number.
 *
 * @param file - JSON, a line a photo; whole or not at all
 * @throws `io`; `data` for a list that is none; `interrupted`
 */
export async function writePhotoList(
  file: string,
  sources: readonly Source[],
  options: WorkOptions & { readonly followLinks?: boolean | undefined },
): Promise<ListResult> {
  const part = `${file}.part`
  const digests: (string | null)[] = []
  const notices: string[] = []
  let count = 0
  try {
    const handle = await open(part, 'w')
    try {
      let text = ''
      for (const source of sources) {
        const found = photosOf(source, options)
        for await (const photo of found.photos) {
          throwIfAborted(options.signal)
          text += `${JSON.stringify(photo)}\n`
          count++
          if (text.length < CHUNK_CHARACTERS) continue
          await handle.appendFile(text)
          text = ''
        }
        digests.push(found.digest())
        notices.push(...found.notices())
      }
      await handle.appendFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(part, file)
  } catch (error) {
    // A stream that was told to stop throws an error of its own.
    throwIfAborted(options.signal)
    throw ioError(error, 'write', file)
  }
  return { count, digests, notices }
}

/** The photos of such a list from one of them on. @throws `io`, `data` where it was changed by hand */
export async function* readPhotoList(file: string, from: number): AsyncGenerator<ListedPhoto> {
  let at = 0
  let rest = ''
  const entry = (line: string) => {
    const parsed = entrySchema.safeParse(parsedJson(line))
    if (parsed.success) return parsed.data
    throw new ChiquitoError(
      'data',
      `"${file}" was changed: line ${at} is no photo. Begin anew with --overwrite.`,
    )
  }
  try {
    for await (const text of createReadStream(file, 'utf8')) {
      const lines = `${rest}${text}`.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (at++ >= from) yield entry(line)
    }
  } catch (error) {
    throw ioError(error, 'read', file)
  }
}

interface Found {
  readonly photos: AsyncIterable<ListedPhoto>
  readonly digest: () => string | null
  readonly notices: () => readonly string[]
}

function photosOf(
  { kind, given, input }: Source,
  options: WorkOptions & { readonly followLinks?: boolean | undefined },
): Found {
  const none = { digest: () => null, notices: () => [] }
  if (kind === 'photo') return { ...none, photos: listed([given]) }
  if (kind === 'folder') {
    const oddities = new OddityCounter()
    return { ...none, photos: walkPhotos(given, oddities, options), notices: () => oddities.notices() }
  }
  const hash = createHash('sha256')
  const chunks = hashed(input ?? listBytes(given), hash)
  return { ...none, photos: listed(pathsInList(chunks, given)), digest: () => hash.digest('hex') }
}

/** What a list holds: SHA-256, hexadecimal. @throws `io` */
export async function listDigest({ given, input }: Source): Promise<string> {
  const hash = createHash('sha256')
  for await (const _ of hashed(input ?? listBytes(given), hash));
  return hash.digest('hex')
}

async function* listBytes(list: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(list)
  } catch (error) {
    throw ioError(error, 'read', list)
  }
}

async function* hashed(
  chunks: AsyncIterable<Uint8Array>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    hash.update(chunk)
    yield chunk
  }
}

async function* listed(paths: AsyncIterable<string> | Iterable<string>): AsyncGenerator<ListedPhoto> {
  for await (const path of paths) yield { path }
}
