/** Everything in a tar archive begins at a multiple of this. */
export const BLOCK = 512

/** One header block, by POSIX.1-2017 (pax, "ustar Interchange Format") and GNU tar's manual ("Basic Tar Format"). */
export interface TarHeader {
  /** As it stands in the header; where a longer name came ahead of it, perhaps cut within a letter. */
  readonly name: Buffer
  /** The type flag's letter; `0` for plain files. */
  readonly type: string
  /** Bytes that follow, without padding. */
  readonly size: number
}

/** Says that a name may begin in the field `prefix`; GNU tar's own format says `ustar ` and has dates there. */
const MAGIC = { at: 257, posix: [...Buffer.from('ustar\0')] } as const

/**
 * Reads a header.
 *
 * @param block - [512] bytes
 * @returns the header, `end` for a block of zeros, or what is wrong, as text
 */
export function readHeader(block: Uint8Array): TarHeader | 'end' | { readonly wrong: string } {
  const sum = checksum(block)
  if (sum === 8 * SPACE && block.every(byte => byte === 0)) return 'end'
  const stated = octal(block.subarray(148, 156))
  if (stated !== sum) return { wrong: 'the checksum of a header is wrong' }
  const size = sizeIn(block.subarray(124, 136))
  const name = nameIn(block)
  if (size === undefined) return { wrong: `the size of ${JSON.stringify(name.toString())} is no number` }
  return { name, size, type: block[156] === 0 ? '0' : String.fromCharCode(block[156]) }
}

/** Whether a file that begins so is a tar archive: its first header's checksum is right. */
export function beginsTar(head: Uint8Array): boolean {
  return head.length >= BLOCK && octal(head.subarray(148, 156)) === checksum(head.subarray(0, BLOCK))
}

const SPACE = 0x20
const DIGIT_0 = 0x30
const DIGIT_7 = 0x37

/** The sum of the header's bytes, with its own field taken for spaces. */
function checksum(block: Uint8Array): number {
  let sum = 8 * SPACE
  for (let i = 0; i < 148; i++) sum += block[i]
  for (let i = 156; i < BLOCK; i++) sum += block[i]
  return sum
}

/** An octal number, spaces before it and spaces or zero bytes behind. (A loop, as every header has several.) */
function octal(field: Uint8Array): number | undefined {
  let at = 0
  while (field[at] === SPACE) at++
  let value: number | undefined
  for (; field[at] >= DIGIT_0 && field[at] <= DIGIT_7; at++) value = (value ?? 0) * 8 + field[at] - DIGIT_0
  for (; at < field.length; at++) if (field[at] !== SPACE && field[at] !== 0) return undefined
  return value
}

/** A size: octal, or base 256 where the first bit says so (a GNU extension that all writers know). */
function sizeIn(field: Uint8Array): number | undefined {
  if (field[0] !== 0x80) return octal(field)
  let value = 0
  for (const byte of field.subarray(1)) value = value * 256 + byte
  return Number.isSafeInteger(value) ? value : undefined
}

function nameIn(block: Uint8Array): Buffer {
  const isPosix = MAGIC.posix.every((byte, i) => block[MAGIC.at + i] === byte)
  const name = untilZero(block.subarray(0, 100))
  const prefix = isPosix ? untilZero(block.subarray(345, 345 + prefixLength(block))) : Buffer.of()
  return prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from('/'), name])
}

/** star keeps dates behind a shorter prefix, and says so at the very end (star.4, "tar\0"). */
function prefixLength(block: Uint8Array): number {
  return Buffer.from(block.subarray(508, 512)).toString('latin1') === 'tar\0' ? 131 : 155
}

/** What stands before the first zero byte, as a copy: the block is used again. */
function untilZero(field: Uint8Array): Buffer {
  const end = field.indexOf(0)
  return Buffer.from(end === -1 ? field : field.subarray(0, end))
}
