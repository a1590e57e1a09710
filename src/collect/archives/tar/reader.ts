import { isUtf8 } from 'node:buffer'
import type { ChiquitoError } from '../../../core/index.js'
import { type ArchiveLimits, Budget } from '../limits.js'
import { Names, nameProblem, tidyName } from '../names.js'
import { damage, entry, refusal } from '../refusal.js'
import type { Sink, Take } from '../sink.js'
import { contradiction, type Extended, globalProblem, readLongName, readPax } from './extended.js'
import { BLOCK, readHeader, type TarHeader } from './header.js'

/** A header ahead of a file's own holds a name, and perhaps attributes; node-tar has the same limit. */
const MAX_EXTENDED_BYTES = 1024 * 1024

/** What each type of entry is that is never unpacked. */
const refusedTypes: Readonly<Record<string, string>> = {
  '1': 'is a hard link',
  '2': 'is a symbolic link',
  '3': 'is a device',
  '4': 'is a device',
  '6': 'is a named pipe',
  S: 'is a sparse file',
  D: 'is the listing of a folder in a backup',
  M: 'goes on in another archive',
  V: 'is the label of a tape',
}

/** What comes next in the stream. */
type Expected =
  | { readonly what: 'header' }
  | { readonly what: 'content'; readonly sink: Sink | undefined; left: number; readonly padding: number }
  | {
      readonly what: 'extended'
      readonly type: string
      readonly size: number
      readonly parts: Buffer[]
      left: number
    }
  | { readonly what: 'padding'; left: number }
  | { readonly what: 'end' }

/**
 * Reads a tar archive as it comes: each file's bytes go where `take` says. Only plain files and folders are taken; what
 * two programs might read differently is refused, whatever most of them make of it.
 */
export class TarReader {
  private readonly names = new Names()
  private readonly budget: Budget
  private readonly block = Buffer.alloc(BLOCK)
  private filled = 0
  private expected: Expected = { what: 'header' }
  private extended: Extended | undefined
  /** The target of a link came ahead of the next entry. */
  private linked = false

  constructor(
    private readonly archive: string,
    private readonly take: Take,
    limits: ArchiveLimits = {},
  ) {
    this.budget = new Budget(archive, limits)
  }

  /** The next bytes of the archive, of any number. @throws `data`, and what sinks throw */
  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) at += this.read(chunk.subarray(at))
  }

  /** No more bytes come. @throws `data` for an archive that is cut off */
  end(): void {
    if (this.expected.what !== 'end') throw this.damaged('its end is missing')
    if (this.block.subarray(0, this.filled).some(byte => byte !== 0)) throw this.behindEnd()
  }

  /** Reads the beginning of some bytes. @returns how many of them */
  private read(bytes: Buffer): number {
    const { expected } = this
    if (expected.what === 'header' || expected.what === 'end') return this.readBlock(bytes)
    const part = bytes.subarray(0, expected.left)
    expected.left -= part.length
    if (expected.what === 'content') expected.sink?.write(part)
    if (expected.what === 'extended') expected.parts.push(Buffer.from(part))
    if (expected.left === 0) this.finish(expected)
    return part.length
  }

  private finish(expected: Expected): void {
    if (expected.what === 'content') {
      expected.sink?.end()
      this.skip(expected.padding)
    } else if (expected.what === 'extended') {
      this.readExtended(expected.type, Buffer.concat(expected.parts))
      this.skip(paddingOf(expected.size))
    } else this.expected = { what: 'header' }
  }

  private skip(bytes: number): void {
    this.expected = bytes === 0 ? { what: 'header' } : { what: 'padding', left: bytes }
  }

  private readBlock(bytes: Buffer): number {
    if (this.filled === 0 && bytes.length >= BLOCK) {
      this.takeBlock(bytes.subarray(0, BLOCK))
      return BLOCK
    }
    const part = bytes.subarray(0, BLOCK - this.filled)
    this.block.set(part, this.filled)
    this.filled += part.length
    if (this.filled === BLOCK) {
      this.filled = 0
      this.takeBlock(this.block)
    }
    return part.length
  }

  private takeBlock(block: Buffer): void {
    const header = readHeader(block)
    if (header === 'end') {
      this.takeEnd()
      return
    }
    if (this.expected.what === 'end') throw this.behindEnd()
    if ('wrong' in header) throw this.damaged(header.wrong)
    if ('xgLK'.includes(header.type)) this.expectExtended(header)
    else this.takeEntry(header)
  }

  private takeEnd(): void {
    if (this.extended !== undefined || this.linked) throw this.refused('a name in it belongs to no file')
    this.expected = { what: 'end' }
  }

  private expectExtended({ type, size }: TarHeader): void {
    this.budget.add(0)
    if (this.extended !== undefined && 'xL'.includes(type))
      throw this.refused('two headers speak of one file')
    if (size > MAX_EXTENDED_BYTES) throw this.refused(`a name or attributes in it take ${size} bytes`)
    if (size === 0) throw this.refused('a header that should say something is empty')
    this.expected = { what: 'extended', type, size, parts: [], left: size }
  }

  private readExtended(type: string, body: Buffer): void {
    if (type === 'g') {
      const problem = globalProblem(body)
      if (problem !== undefined) throw this.refused(problem)
      return
    }
    if (type === 'K') {
      this.linked = true
      return
    }
    const read = type === 'L' ? readLongName(body) : readPax(body)
    if ('wrong' in read) throw this.refused(read.wrong)
    this.extended = read
  }

  private takeEntry(header: TarHeader): void {
    const { extended } = this
    this.extended = undefined
    const raw = extended?.name ?? utf8(header.name)
    if (raw === undefined)
      throw this.refused(`the name ${JSON.stringify(header.name.toString())} is not in UTF-8: pack it again`)
    const refuse = (problem: string) => this.refused(`${entry(raw)} ${problem}`)
    const name = tidyName(raw)
    const isFolder = header.type === '5' || raw.endsWith('/')
    const problem =
      typeProblem(header, isFolder) ??
      (this.linked ? 'is a file with the target of a link' : undefined) ??
      (extended === undefined ? undefined : contradiction(header, extended)) ??
      // "./" is the folder itself.
      (name === '' && raw !== '' && isFolder ? undefined : nameProblem(name))
    if (problem !== undefined) throw refuse(problem)
    this.budget.add(header.size)
    const clash = name === '' ? undefined : isFolder ? this.names.addFolder(name) : this.names.addFile(name)
    if (clash !== undefined) throw this.refused(clash)
    if (!isFolder) this.takeFile(name, header.size)
  }

  private takeFile(name: string, size: number): void {
    const sink = this.take({ name, size })
    if (size === 0) sink?.end()
    else this.expected = { what: 'content', sink, left: size, padding: paddingOf(size) }
  }

  /** Some programs stop at the end, others read on: what stands behind it would be there for some of them only. */
  private behindEnd(): ChiquitoError {
    return this.refused('something stands behind its end')
  }

  private refused(why: string): ChiquitoError {
    return refusal(this.archive, why)
  }

  private damaged(why: string): ChiquitoError {
    return damage(this.archive, 'tar', why)
  }
}

/** Why an entry is none that is unpacked. */
function typeProblem({ type, size }: TarHeader, isFolder: boolean): string | undefined {
  const refused = refusedTypes[type]
  if (refused !== undefined) return refused
  // 7, a contiguous file, is a plain one everywhere today.
  if (!['0', '5', '7'].includes(type)) return `is of a kind that is not known (${JSON.stringify(type)})`
  return isFolder && size > 0 ? 'is a folder, and yet has content' : undefined
}

function utf8(bytes: Buffer): string | undefined {
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined
}

function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK
}
