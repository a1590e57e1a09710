import { parentPort, workerData } from 'node:worker_threads'
import { messageOf } from '../../core/index.js'
import { type GateSeat, sit } from '../../images/index.js'
import { measureFacts, problemOf } from './measure.js'
import { readFile } from './read.js'
import { keptText } from './reader.js'
import type { FactsAnswer, FactsRequest } from './threads.js'

// One thread that reads and measures photos: a file is read, its hash told, and measured if that is asked for.

const seat: GateSeat = workerData
sit(seat)

/** Files that were read and may be measured. */
const held = new Map<number, Uint8Array>()

parentPort?.on('message', (request: FactsRequest | 'close') => {
  if (request === 'close') return parentPort?.close()
  const answered = 'path' in request ? read(request.id, request.path) : measure(request.id, request.isNeeded)
  answered.catch(error => tell({ id: request.id, failed: messageOf(error) }))
})

async function read(id: number, path: string): Promise<void> {
  try {
    const { sha256, bytes } = await readFile(path)
    held.set(id, bytes)
    tell({ id, sha256, bytes: bytes.length })
  } catch (error) {
    const problem = problemOf(error)
    if (problem !== null) tell({ id, problem })
  }
}

async function measure(id: number, isNeeded: boolean): Promise<void> {
  const bytes = held.get(id)
  held.delete(id)
  if (bytes && isNeeded) tell({ id, text: keptText(await measureFacts(bytes)) })
}

function tell(answer: FactsAnswer): void {
  parentPort?.postMessage(answer)
}
