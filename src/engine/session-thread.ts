import { parentPort, workerData } from 'node:worker_threads'
import { failureOf, type Tensor } from '../core/index.js'
import { busily } from './busy-flag.js'
import { Session } from './session.js'
import type { ThreadAnswer, ThreadModel, ThreadRequest } from './session-threads.js'

// One thread with a session of its own: says when it is open, then answers runs one after the other.

const { file, name, threads, flag }: ThreadModel = workerData
const opening = busily(flag, () => Session.open(file, { name, threads }))

opening.then(
  ({ inputs, outputs }) => tell({ id: 0, outputs: {}, types: { inputs, outputs } }),
  error => tell({ id: 0, ...failureOf(error) }),
)

let last: Promise<unknown> = opening.catch(() => undefined)

parentPort?.on('message', (request: ThreadRequest | 'close') => {
  last = last.then(() => (request === 'close' ? close() : run(request)))
})

async function run({ id, feeds, wanted }: ThreadRequest): Promise<void> {
  try {
    const session = await opening
    tell({ id, outputs: await busily(flag, () => session.run(feeds, wanted)) })
  } catch (error) {
    tell({ id, ...failureOf(error) })
  }
}

async function close(): Promise<void> {
  await opening.then(
    session => busily(flag, () => session.close()),
    () => undefined,
  )
  parentPort?.close()
}

function tell(answer: ThreadAnswer): void {
  const outputs: Tensor[] = 'outputs' in answer ? Object.values(answer.outputs) : []
  parentPort?.postMessage(
    answer,
    outputs.map(({ data }) => data.buffer).filter(buffer => buffer instanceof ArrayBuffer),
  )
}
