import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ChiquitoError, throwIfAborted, type WorkOptions } from '../../core/index.js'
import { cacheFolder, ioError } from '../../files/index.js'
import { download, hostAndPort, parseAddress, showAddress, streamAddress, zipFile } from '../../net/index.js'
import { checksumOf, requireChecksum } from './checksum.js'
import { type Bytes, decompress } from './decompress.js'
import { type ArchiveKind, HEAD_BYTES, kindOf } from './kind.js'
import type { ArchiveLimits } from './limits.js'
import { damage, refusal } from './refusal.js'
import type { ArchivedFile, Take } from './sink.js'
import { TarReader } from './tar/reader.js'
import { extractAll, readSmall, withZip } from './zip/unzip.js'

/** Bytes of a file that are read at once. */
const READ_BYTES = 256 * 1024

export interface ReadArchiveOptions extends WorkOptions, ArchiveLimits {
  /** What the archive must be, hexadecimal. */
  readonly sha256?: string | undefined
  /** Private servers, `host:port`, that may be fetched from beside the address's own. */
  readonly allowedHosts?: ReadonlySet<string> | undefined
  /** Pause before a second try, in milliseconds; doubles with each further one. */
  readonly pauseMs?: number | undefined
}

/** An archive whose directory is known before anything is read of it. */
export interface Listing {
  readonly files: readonly ArchivedFile[]
  /** The text of a small file; undefined where there is none of that name, or it is large. */
  readonly textOf: (name: string) => Promise<string | undefined>
}

/**
 * Says where the files of an archive go.
 *
 * @param archive - its name for messages
 * @param listing - what it holds, where that is known beforehand
 */
export type Plan = (archive: string, listing: Listing | undefined) => Promise<Take> | Take

/** Whether a place is an address rather than a file. */
export function isAddress(place: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(place)
}

/**
 * Reads an archive: zip, tar, or tar compressed with gzip or zstd, told by its content. A tar archive is read as it
 * comes, from a file or over the network, and is never stored. A zip archive has its directory at its end, so one from
 * an address is fetched into the cache folder first, and removed afterwards.
 *
 * @param place - file or http(s) address
 * @throws `data` for an archive that is damaged, dangerous or none; `io`; `usage`; `interrupted`; what the plan throws
 */
export async function readArchive(
  place: string,
  plan: Plan,
  options: ReadArchiveOptions = {},
): Promise<void> {
  const sha256 = checksumOf(options.sha256)
  if (isAddress(place)) return readAddress(place, plan, { ...options, sha256 })
  const size = await sizeOf(place)
  if (sha256 !== undefined) await requireChecksum(place, sha256, options.signal)
  await withHead(fileBytes(place, size, options), async (head, bytes) => {
    const kind = knownKind(place, head)
    await (kind === 'zip' ? readZip(place, place, plan, options) : readTar(kind, bytes, place, plan, options))
  })
}

async function readAddress(address: string, plan: Plan, options: ReadArchiveOptions): Promise<void> {
  const url = parseAddress(address)
  // Typed on purpose, it may be of the person's own network; where it redirects to may not.
  const allowedHosts = new Set([...(options.allowedHosts ?? []), hostAndPort(url)])
  const net = { ...options, allowedHosts }
  const name = showAddress(url)
  const isZip = await withHead(streamAddress(address, net), async (head, bytes) => {
    const kind = knownKind(name, head)
    if (kind !== 'zip') await readTar(kind, bytes, name, plan, options)
    return kind === 'zip'
  })
  if (!isZip) return
  const key = createHash('sha256').update(address).digest('hex').slice(0, 16)
  const path = join(cacheFolder(), 'archives', `${key}.zip`)
  const label = url.pathname.split('/').at(-1) || url.host
  await download(address, path, { ...net, label, kind: zipFile })
  try {
    await readZip(path, name, plan, options)
  } finally {
    await rm(path, { force: true })
  }
}

async function readZip(
  path: string,
  archive: string,
  plan: Plan,
  options: ReadArchiveOptions,
): Promise<void> {
  await withZip(path, archive, options, async (zip, files) => {
    const textOf = (name: string) => readSmall(zip, files, name, archive)
    await extractAll(zip, files, archive, options, await plan(archive, { files, textOf }))
  })
}

async function readTar(
  kind: Exclude<ArchiveKind, 'zip'>,
  bytes: Bytes,
  archive: string,
  plan: Plan,
  options: ReadArchiveOptions,
): Promise<void> {
  const take = await plan(archive, undefined)
  try {
    if (kind === 'tar') return await readTarBytes(bytes, archive, take, options)
    await withHead(decompress(kind, bytes, archive), async (head, inner) => {
      const found = kindOf(head)
      if (found !== 'tar')
        throw refusal(
          archive,
          `what it compresses is no tar archive${found === undefined ? '' : ', but another one'}`,
        )
      await readTarBytes(inner, archive, take, options)
    })
  } catch (error) {
    const isKnown = error instanceof ChiquitoError || (error instanceof Error && 'syscall' in error)
    throw isKnown ? error : damage(archive, kind, error)
  }
}

async function readTarBytes(
  bytes: Bytes,
  archive: string,
  take: Take,
  options: ReadArchiveOptions,
): Promise<void> {
  let files = 0
  const counting: Take = file => {
    files++
    return take(file)
  }
  const reader = new TarReader(archive, counting, options)
  for await (const chunk of bytes) {
    throwIfAborted(options.signal)
    reader.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length))
  }
  reader.end()
  if (files === 0) throw refusal(archive, 'it holds no files')
}

function knownKind(archive: string, head: Buffer): ArchiveKind {
  const kind = kindOf(head)
  if (typeof kind === 'string') return kind
  if (kind !== undefined) throw refusal(archive, kind.refused)
  if (head.length === 0) throw refusal(archive, 'it is empty')
  const begins = head
    .toString('latin1', 0, 60)
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, 40)
  throw refusal(
    archive,
    `it is no archive that is read here (zip, tar, tar.gz, tar.zst, .tm): it begins ${JSON.stringify(begins)}`,
  )
}

/** A file's size; only plain files are read. */
async function sizeOf(path: string): Promise<number> {
  const info = await stat(path).catch((error: unknown) => {
    throw ioError(error, 'read', path)
  })
  if (info.isFile()) return info.size
  const what = info.isDirectory() ? 'a folder' : 'a pipe, a device or a socket'
  throw new ChiquitoError('usage', `"${path}" is ${what}, not a file. Give an archive, or its address.`)
}

async function* fileBytes(path: string, total: number, { progress }: WorkOptions): AsyncGenerator<Buffer> {
  const task = 'Reading the archive'
  let done = 0
  for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
    yield chunk
    // Of a zip archive no more than this is read here.
    if (done === 0) progress?.({ kind: 'start', task })
    done += chunk.length
    progress?.({ kind: 'advance', task, done, total, unit: 'bytes' })
  }
  progress?.({ kind: 'end', task })
}

/** Does work with a stream's first bytes and with all of it, and ends the stream. */
async function withHead<T>(
  stream: AsyncGenerator<Buffer>,
  work: (head: Buffer, bytes: Bytes) => Promise<T>,
): Promise<T> {
  const first: Buffer[] = []
  async function* all(): AsyncGenerator<Buffer> {
    yield* first
    yield* stream
  }
  try {
    for (let length = 0; length < HEAD_BYTES; ) {
      const { value, done } = await stream.next()
      if (done === true) break
      first.push(value)
      length += value.length
    }
    return await work(Buffer.concat(first).subarray(0, HEAD_BYTES), all())
  } finally {
    await stream.return(undefined)
  }
}
