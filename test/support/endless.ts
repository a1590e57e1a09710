import { LogWriter, takeLock, writeFileAtomic } from '../../src/files/index.js'
import { FeatureStore, featureKey } from '../../src/run/index.js'

// Work that never ends, for tests that kill it. Each says "ready" once it has begun. Whoever is killed late has not filled a disk by
// then: from so many pieces on, nothing more is written.
const MOST = 5000

function ready(): void {
  process.send?.('ready')
}

function standStill(): Promise<never> {
  return new Promise(() => setInterval(() => undefined, 1000))
}

/** Writes 300,000 times "a" and 400,000 times "b" in turn. */
export async function replaceFile(path: string): Promise<void> {
  for (let i = 0; ; i++) {
    await writeFileAtomic(path, i % 2 === 0 ? 'a'.repeat(300_000) : 'b'.repeat(400_000))
    if (i === 0) ready()
  }
}

/** Adds lines `{ step, text }`. */
export async function appendLog(path: string): Promise<void> {
  const log = LogWriter.open(path)
  for (let step = 0; step < MOST; step++) {
    log.append({ step, text: 'x'.repeat(1000) })
    if (step === 10) ready()
  }
  await standStill()
}

/** Puts vectors of 2,000 times `i` under `featureKey(i)`. */
export async function fillStore(folder: string): Promise<void> {
  const store = FeatureStore.open(folder, 'test')
  for (let i = 0; i < MOST; i++) {
    store.put(featureKey(i), new Float32Array(2000).fill(i))
    if (i === 10) ready()
  }
  await standStill()
}

/** Takes a lock and keeps it. */
export async function holdLock(path: string): Promise<void> {
  takeLock(path, 'the test')
  ready()
  await standStill()
}
