// The runtime cannot be interrupted: a thread that is taken down inside of it takes the process with it. So a process that
// exits at once first waits until its threads are out of it.

/** Places in the flag's memory. */
const STOP = 0
const BUSY = 1
const PLACES = 2

/** Most milliseconds to wait for one thread: what it is at takes a fraction of that. */
const MOST = 3000

/** Memory that tells two threads whether one is inside the runtime, and that it shall not go there any more. */
export function busyFlag(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(PLACES * Int32Array.BYTES_PER_ELEMENT))
}

/** Does what enters the runtime; once the process is about to exit, never. */
export async function busily<T>(flag: Int32Array, work: () => Promise<T>): Promise<T> {
  Atomics.store(flag, BUSY, 1)
  if (Atomics.load(flag, STOP) === 1) {
    leave(flag)
    return new Promise<never>(() => undefined)
  }
  try {
    return await work()
  } finally {
    leave(flag)
  }
}

function leave(flag: Int32Array): void {
  Atomics.store(flag, BUSY, 0)
  Atomics.notify(flag, BUSY)
}

/** Waits until a thread is outside, and keeps it there: for a process that exits. */
export function keepOut(flag: Int32Array): void {
  Atomics.store(flag, STOP, 1)
  Atomics.wait(flag, BUSY, 1, MOST)
}
