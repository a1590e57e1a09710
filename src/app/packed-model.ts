// A model as exported pages fetch it. Weights hardly become smaller by gzip, as bytes that tell sizes and bytes that look like chance take
// turns; so bytes of the same place in each number stand together before they are compressed. Also loads in browsers.

/** Numbers side by side in a file: `count` of them, of `width` bytes each. */
export interface Numbers {
  readonly offset: number
  readonly width: number
  readonly count: number
  /**
   * Number of an earlier run of as many floats of 16 bits that these hardly differ from, as layers after and before fine-tuning: only the
   * differences are kept.
   */
  readonly like?: number | undefined
}

/**
 * How such a file begins, in letters of one byte; then how many runs of numbers there are, and of each its four facts (uint32, little-endian),
 * the last one more than the number of the run that it is like, or 0.
 */
const MAGIC = 'numbers by byte\n'
const FACTS = 4

/** More runs than networks have tensors: a file that claims more is none of ours. */
const MAX_RUNS = 100_000

/**
 * The file in another order: its runs of numbers byte by byte, those of the same width together, and then all that is no number.
 *
 * @param runs - in the order of the file, none of them inside another
 */
export function byPlanes(file: Uint8Array, runs: readonly Numbers[]): Uint8Array {
  const head = headOf(runs)
  const packed = new Uint8Array(head.length + file.length)
  packed.set(head)
  let at = head.length
  const told = file.slice()
  for (const [own, other] of pairsOf(runs).reverse()) toDifferences(told, own, other)
  for (const [from, stride, count] of planesOf(runs)) {
    for (let i = 0; i < count; i++) packed[at + i] = told[from + i * stride]
    at += count
  }
  for (const [start, end] of gapsOf(runs, file.length)) {
    packed.set(file.subarray(start, end), at)
    at += end - start
  }
  return packed
}

/** The file that {@link byPlanes} was given; anything else as it is. Undefined where it begins like one and is damaged. */
export function fromPlanes(packed: Uint8Array): Uint8Array | undefined {
  for (let i = 0; i < MAGIC.length; i++) if (packed[i] !== MAGIC.charCodeAt(i)) return packed
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  if (packed.length < MAGIC.length + 4) return undefined
  const total = view.getUint32(MAGIC.length, true)
  let at = MAGIC.length + 4 + total * 4 * FACTS
  const length = packed.length - at
  if (total > MAX_RUNS || length < 0) return undefined
  const runs = Array.from({ length: total }, (_, run): Numbers => {
    const fact = (i: number) => view.getUint32(MAGIC.length + 4 + 4 * (run * FACTS + i), true)
    return { offset: fact(0), width: fact(1), count: fact(2), like: fact(3) === 0 ? undefined : fact(3) - 1 }
  })
  if (!areInside(runs, length) || !runs.every((run, i) => isLikeEarlier(run, i, runs))) return undefined
  const file = new Uint8Array(length)
  for (const [to, stride, count] of planesOf(runs)) {
    for (let i = 0; i < count; i++) file[to + i * stride] = packed[at + i]
    at += count
  }
  for (const [start, end] of gapsOf(runs, length)) {
    file.set(packed.subarray(at, at + end - start), start)
    at += end - start
  }
  for (const [own, other] of pairsOf(runs)) fromDifferences(file, own, other)
  return file
}

function headOf(runs: readonly Numbers[]): Uint8Array {
  const head = new Uint8Array(MAGIC.length + 4 + runs.length * 4 * FACTS)
  const view = new DataView(head.buffer)
  for (let i = 0; i < MAGIC.length; i++) head[i] = MAGIC.charCodeAt(i)
  const facts = runs.flatMap(({ offset, width, count, like }) => [offset, width, count, (like ?? -1) + 1])
  for (const [i, fact] of [runs.length, ...facts].entries()) view.setUint32(MAGIC.length + 4 * i, fact, true)
  return head
}

/** One after the other, and none beyond the end. */
function areInside(runs: readonly Numbers[], length: number): boolean {
  let end = 0
  for (const { offset, width, count } of runs) {
    if (offset < end || width < 1 || width > 8) return false
    end = offset + width * count
  }
  return end <= length
}

function isLikeEarlier({ width, count, like }: Numbers, own: number, runs: readonly Numbers[]): boolean {
  if (like === undefined) return true
  return like < own && width === 2 && runs[like].width === 2 && runs[like].count === count
}

/** Each run that is like another one, and that one, in their order. */
function pairsOf(runs: readonly Numbers[]): [own: Numbers, other: Numbers][] {
  return runs.flatMap((own): [Numbers, Numbers][] => (own.like === undefined ? [] : [[own, runs[own.like]]]))
}

/** In the place of numbers how many representable ones they are from those of the other run, small ones first: 0, -1, 1, -2, … */
function toDifferences(file: Uint8Array, own: Numbers, other: Numbers): void {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  for (let i = 0; i < 2 * own.count; i += 2) {
    const before = rankOf(view.getUint16(other.offset + i, true))
    const steps = ((rankOf(view.getUint16(own.offset + i, true)) - before) << 16) >> 16
    view.setUint16(own.offset + i, (steps << 1) ^ (steps >> 15), true)
  }
}

function fromDifferences(file: Uint8Array, own: Numbers, other: Numbers): void {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  for (let i = 0; i < 2 * own.count; i += 2) {
    const before = rankOf(view.getUint16(other.offset + i, true))
    const told = view.getUint16(own.offset + i, true)
    const rank = (before + ((told >>> 1) ^ -(told & 1))) & 0xffff
    view.setUint16(own.offset + i, rank & 0x8000 ? rank & 0x7fff : 0x8000 | (0x7fff - rank), true)
  }
}

/** The place of a float of 16 bits among all of them, from the least to the greatest: 0 to 65,535. */
export function rankOf(bits: number): number {
  return bits & 0x8000 ? 0x7fff - (bits & 0x7fff) : 0x8000 | bits
}

/** Where each plane begins in the file, how far its bytes are apart, and how many they are. */
function planesOf(runs: readonly Numbers[]): [from: number, stride: number, count: number][] {
  const widths = [...new Set(runs.map(({ width }) => width))].sort((a, b) => a - b)
  return widths.flatMap(width => {
    const own = runs.filter(run => run.width === width)
    return Array.from({ length: width }, (_, plane) => plane).flatMap(plane =>
      own.map(({ offset, count }): [number, number, number] => [offset + plane, width, count]),
    )
  })
}

/** What lies between runs of numbers: start and end of each piece. */
function gapsOf(runs: readonly Numbers[], length: number): [start: number, end: number][] {
  const starts = [0, ...runs.map(({ offset, width, count }) => offset + width * count)]
  return starts.map((start, i) => [start, runs[i]?.offset ?? length])
}
