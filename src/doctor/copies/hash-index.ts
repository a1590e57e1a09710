/** Bits in which two hashes may differ that {@link HashIndex} finds. */
export const RADIUS = 9

const CHUNK_BITS = 16
const CHUNK_VALUES = 1 << CHUNK_BITS

/**
 * Bits of each chunk that a query may change. Of two hashes at most 9 bits apart, one chunk at least is so near: were all
 * farther apart, they would differ in 3 + 3 + 2 + 2 bits.
 */
const CHANGED_BITS = [2, 2, 1, 1] as const

/** All changes of 0, of at most 1 and of at most 2 bits of a chunk, the smallest first. */
const changes = [0, 1, 2].map(changesOf)

/**
 * Hashes that one query looks at under one chunk before the rest is let be. Of 100,000 photos it meets some hundred; only where
 * thousands are alike does it meet more, and then it has met enough of its like.
 */
const MOST_LOOKED_AT = 2000

/** One chunk's register: hashes sorted by its value. */
interface Register {
  /** Where the hashes of each value start. */
  readonly starts: Uint32Array
  /** A bit for each value that some hash has: most have none, and so small a table is always at hand. */
  readonly used: Uint32Array
  /** Their numbers, and the hashes themselves, two words each: to look each up elsewhere would cost most of the time. */
  readonly order: Uint32Array
  readonly words: Uint32Array
}

/**
 * Finds 64-bit hashes within a small Hamming distance without comparing all: multi-index hashing (Norouzi, Punjani and Fleet,
 * "Fast Search in Hamming Space with Multi-Index Hashing", 2012). Each hash is filed under each of its four 16-bit chunks;
 * a query looks under its own chunks and those that differ from them in one or two bits.
 */
export class HashIndex {
  private readonly registers: readonly Register[]

  /** Hash i is the words `words[2 i]` and `words[2 i + 1]`. */
  constructor(words: Uint32Array) {
    this.registers = CHANGED_BITS.map((_, chunk) => registerOf(words, chunk))
  }

  /**
   * Tells of every hash at most {@link RADIUS} away, each once, in no particular order.
   *
   * @param around number of the hash next to which others are looked at first, where there are too many
   */
  near(high: number, low: number, around: number, found: (index: number, distance: number) => void): void {
    for (let chunk = 0; chunk < CHANGED_BITS.length; chunk++) {
      const register = this.registers[chunk]
      const { starts, order, used } = register
      const own = chunkOf(high, low, chunk)
      const changed = changes[CHANGED_BITS[chunk]]
      let left = MOST_LOOKED_AT
      for (let c = 0; c < changed.length && left > 0; c++) {
        const value = own ^ changed[c]
        if ((used[value >>> 5] & (1 << (value & 31))) === 0) continue
        let [from, to] = [starts[value], starts[value + 1]]
        if (to - from > left) [from, to] = windowOf(order, from, to, left, around)
        left -= to - from
        for (let k = from; k < to; k++) {
          const x = register.words[2 * k] ^ high
          const y = register.words[2 * k + 1] ^ low
          const distance = bitsOf(x) + bitsOf(y)
          if (distance <= RADIUS && !wasMet(x, y, chunk)) found(order[k], distance)
        }
      }
    }
  }
}

/** Whether an earlier chunk has led to a hash that differs in these bits. */
function wasMet(high: number, low: number, chunk: number): boolean {
  for (let earlier = 0; earlier < chunk; earlier++)
    if (bitsOf(chunkOf(high, low, earlier)) <= CHANGED_BITS[earlier]) return true
  return false
}

/** So many of a sorted range, those next to a number. */
function windowOf(
  order: Uint32Array,
  from: number,
  to: number,
  length: number,
  around: number,
): [number, number] {
  let [low, high] = [from, to]
  while (low < high) {
    const middle = (low + high) >> 1
    if (order[middle] < around) low = middle + 1
    else high = middle
  }
  const start = Math.max(from, Math.min(to - length, low - (length >> 1)))
  return [start, start + length]
}

/** Counting sort of hashes by one of their chunks. */
function registerOf(words: Uint32Array, chunk: number): Register {
  const count = words.length / 2
  const starts = new Uint32Array(CHUNK_VALUES + 1)
  const used = new Uint32Array(CHUNK_VALUES >>> 5)
  for (let i = 0; i < count; i++) {
    const value = chunkOf(words[2 * i], words[2 * i + 1], chunk)
    starts[value + 1]++
    used[value >>> 5] |= 1 << (value & 31)
  }
  for (let value = 0; value < CHUNK_VALUES; value++) starts[value + 1] += starts[value]
  const next = starts.slice()
  const [order, sorted] = [new Uint32Array(count), new Uint32Array(2 * count)]
  for (let i = 0; i < count; i++) {
    const at = next[chunkOf(words[2 * i], words[2 * i + 1], chunk)]++
    order[at] = i
    sorted[2 * at] = words[2 * i]
    sorted[2 * at + 1] = words[2 * i + 1]
  }
  return { starts, used, order, words: sorted }
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

function changesOf(bits: number): Uint16Array {
  const masks = [0]
  if (bits > 0) for (let i = 0; i < CHUNK_BITS; i++) masks.push(1 << i)
  if (bits > 1)
    for (let i = 0; i < CHUNK_BITS; i++) for (let j = 0; j < i; j++) masks.push((1 << i) | (1 << j))
  return Uint16Array.from(masks)
}
