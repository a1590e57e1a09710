import { setTimeout as sleep } from 'node:timers/promises'

// Memory of decoding is bounded over all threads of the process: what each takes is estimated from the header, and a
// decode that does not fit beside the others waits. The books are kept in memory that the threads share.

/** Most memory that decodes may take at one time, by their estimates; one that takes more runs alone. */
export const DECODE_BUDGET_BYTES = 512 * 1024 * 1024

/** Decodes up to this size never wait: 5 megapixels of JPEG, and all photos that are shrunk while decoding. */
export const FREE_DECODE_BYTES = 16 * 1024 * 1024

/** Threads that can be told apart: more than a reader starts, so that several readers fit. */
const SLOTS = 64
const MEGABYTE = 1024 * 1024
const BUDGET = DECODE_BUDGET_BYTES / MEGABYTE
/** How long a decode waits before it asks again, in ms: what it waits for takes tenths of a second. */
const WAIT = 10

/** The first place: who is choosing (slot + 1), or 0. Then the megabytes taken by each slot's thread. */
const DOOR = 0
const FIRST = 1

/** A thread's part in the books. */
export interface GateSeat {
  readonly memory: SharedArrayBuffer
  readonly slot: number
}

let memory = new SharedArrayBuffer((FIRST + SLOTS) * Int32Array.BYTES_PER_ELEMENT)
let books = new Int32Array(memory)
/** The main thread's. */
let mine = 0
const seats = new Set<number>([0])

/** A seat for a thread that is about to start. Where all are taken, it shares that of its starter. */
export function takeSeat(): GateSeat {
  let slot = 0
  while (seats.has(slot) && slot < SLOTS) slot++
  if (slot === SLOTS) return { memory, slot: mine }
  seats.add(slot)
  return { memory, slot }
}

/** Makes a thread use the books of the one that started it. */
export function sit(seat: GateSeat): void {
  memory = seat.memory
  books = new Int32Array(memory)
  mine = seat.slot
}

/** Gives back the seat of a thread that has ended, and whatever it had taken when it did. */
export function leaveSeat({ slot }: GateSeat): void {
  if (slot === mine) return
  Atomics.store(books, FIRST + slot, 0)
  Atomics.compareExchange(books, DOOR, slot + 1, 0)
  seats.delete(slot)
}

/** Does work that takes about so much memory, as soon as that fits beside what is at work. */
export async function gated<T>(bytes: number, work: () => Promise<T>): Promise<T> {
  if (bytes <= FREE_DECODE_BYTES) return work()
  const needed = Math.min(BUDGET, Math.ceil(bytes / MEGABYTE))
  // Whoever stands at the door is let in before those behind: small ones must not keep a large one out for ever.
  while (Atomics.compareExchange(books, DOOR, 0, mine + 1) !== 0) await sleep(WAIT)
  while (taken() + needed > BUDGET) await sleep(WAIT)
  Atomics.add(books, FIRST + mine, needed)
  Atomics.store(books, DOOR, 0)
  try {
    return await work()
  } finally {
    Atomics.sub(books, FIRST + mine, needed)
  }
}

function taken(): number {
  let total = 0
  for (let slot = 0; slot < SLOTS; slot++) total += Atomics.load(books, FIRST + slot)
  return total
}
