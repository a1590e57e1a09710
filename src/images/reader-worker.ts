import { parentPort, workerData } from 'node:worker_threads'
import { ChiquitoError, messageOf } from '../core/index.js'
import { type GateSeat, sit } from './decode-gate.js'
import { renderFile, type ViewsAnswer, type ViewsRequest } from './reader.js'
import { shared } from './source-cache.js'

// One decoding thread: answers requests in the order they come.

const seat: GateSeat = workerData
sit(seat)

let last: Promise<void> = Promise.resolve()
let isClosing = false

parentPort?.on('message', (request: ViewsRequest | 'close') => {
  isClosing ||= request === 'close'
  last = last.then(() => (request === 'close' ? parentPort?.close() : answer(request)))
})

async function answer(request: ViewsRequest): Promise<void> {
  // Nobody waits for it any more.
  if (isClosing) return
  let reply: ViewsAnswer
  try {
    const { id, file, keep, known } = request
    const { views, made } = await renderFile(file, request, known)
    reply = { id, views, made: keep ? made.map(([step, source]) => [step, shared(source)]) : [] }
  } catch (error) {
    const code = error instanceof ChiquitoError ? error.code : 'image'
    reply = { id: request.id, code, message: messageOf(error) }
  }
  const buffers = 'views' in reply ? reply.views.map(view => view.buffer) : []
  parentPort?.postMessage(
    reply,
    buffers.filter(buffer => buffer instanceof ArrayBuffer),
  )
}
