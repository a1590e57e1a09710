/** Bits in which two hashes may differ that {@link HashIndex} finds. */
export const RADIUS = 11

const CHUNKS = 4
const CHUNK_BITS = 16
const CHUNK_VALUES = 1 << CHUNK_BITS

/** All changes of at most two bits of a chunk, the smallest first: of 11 bits, at most two lie in one of the four chunks. */
const changes = smallChanges()

/**
 * Hashes that one query looks at before the rest is let be. Photos look at some hundred; only where thousands are alike does a
 * query meet more, and then it has met enough of its like, as the nearest are looked at first.
 */
const MOST_LOOKED_AT = 20_000

/**
 * Finds 64-bit hashes within a small Hamming distance without comparing all: multi-index hashing (Norouzi, Punjani and Fleet,
 * "Fast Search in Hamming Space with Multi-Index Hashing", 2012). Each hash is filed under each of its four 16-bit chunks;
 * a query looks under its own chunks and those that differ from them in at most two bits.
 */
export class HashIndex {
  /** For each chunk: where the hashes of each value start in `order`. */
  private readonly starts: readonly Uint32Array[]
  private readonly order: readonly Uint32Array[]
  /** The query that met a hash last, so that it is told once. */
  private readonly met: Uint32Array
  private queries = 0

  /** Hash i is the words `words[2 i]` and `words[2 i + 1]`. */
  constructor(private readonly words: Uint32Array) {
    const count = words.length / 2
    this.met = new Uint32Array(count)
    const filed = Array.from({ length: CHUNKS }, (_, chunk) => file(words, count, chunk))
    this.starts = filed.map(({ starts }) => starts)
    this.order = filed.map(({ order }) => order)
  }

  /** Tells of every hash at most {@link RADIUS} away, in no particular order. */
  near(high: number, low: number, found: (index: number, distance: number) => void): void {
    const { words, met } = this
    const query = ++this.queries
    let left = MOST_LOOKED_AT
    for (let c = 0; c < changes.length && left > 0; c++)
      for (let chunk = 0; chunk < CHUNKS; chunk++) {
        const value = chunkOf(high, low, chunk) ^ changes[c]
        const order = this.order[chunk]
        const from = this.starts[chunk][value]
        const to = Math.min(this.starts[chunk][value + 1], from + left)
        left -= to - from
        for (let k = from; k < to; k++) {
          const index = order[k]
          if (met[index] === query) continue
          met[index] = query
          const distance = bitsOf(words[2 * index] ^ high) + bitsOf(words[2 * index + 1] ^ low)
          if (distance <= RADIUS) found(index, distance)
        }
      }
  }
}

/** Counting sort of hashes by one of their chunks. */
function file(words: Uint32Array, count: number, chunk: number): { starts: Uint32Array; order: Uint32Array } {
  const starts = new Uint32Array(CHUNK_VALUES + 1)
  for (let i = 0; i < count; i++) starts[chunkOf(words[2 * i], words[2 * i + 1], chunk) + 1]++
  for (let value = 0; value < CHUNK_VALUES; value++) starts[value + 1] += starts[value]
  const next = starts.slice()
  const order = new Uint32Array(count)
  for (let i = 0; i < count; i++) order[next[chunkOf(words[2 * i], words[2 * i + 1], chunk)]++] = i
  return { starts, order }
}

function chunkOf(high: number, low: number, chunk: number): number {
  const word = chunk < 2 ? high : low
  return chunk % 2 === 0 ? word >>> CHUNK_BITS : word & (CHUNK_VALUES - 1)
}

/** How many bits of a 32-bit word are set. */
export function bitsOf(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555)
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333)
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

function smallChanges(): Uint16Array {
  const masks = [0]
  for (let i = 0; i < CHUNK_BITS; i++) masks.push(1 << i)
  for (let i = 0; i < CHUNK_BITS; i++) for (let j = 0; j < i; j++) masks.push((1 << i) | (1 << j))
  return Uint16Array.from(masks)
}
