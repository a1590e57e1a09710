import { parentPort, workerData } from 'node:worker_threads'
import { failureOf } from '../core/index.js'
import { type GateSeat, sit } from './decode-gate.js'
import { renderFile, type ViewsAnswer, type ViewsRequest } from './reader.js'
import { shared } from './source-cache.js'

// One decoding thread: answers requests, two at a time. libvips decodes on threads of its own, and while one photo waits for them,
// the other's views are made.

const AT_ONCE = 2

const seat: GateSeat = workerData
sit(seat)

const waiting: ViewsRequest[] = []
let busy = 0
let isClosing = false

parentPort?.on('message', (request: ViewsRequest | 'close') => {
  if (request === 'close') isClosing = true
  else waiting.push(request)
  begin()
})

function begin(): void {
  // Nobody waits for them any more.
  if (isClosing) waiting.length = 0
  while (busy < AT_ONCE) {
    const request = waiting.shift()
    if (!request) break
    busy++
    void answer(request).finally(() => {
      busy--
      begin()
    })
  }
  if (isClosing && busy === 0) parentPort?.close()
}

async function answer(request: ViewsRequest): Promise<void> {
  let reply: ViewsAnswer
  try {
    const { id, file, keep, known, beside } = request
    const { views, made, said } = await renderFile(file, request, known, beside)
    reply = { id, views, said, made: keep ? made.map(([step, source]) => [step, shared(source)]) : [] }
  } catch (error) {
    reply = { id: request.id, ...failureOf(error, 'image') }
  }
  const buffers = 'views' in reply ? reply.views.map(view => view.buffer) : []
  parentPort?.postMessage(
    reply,
    buffers.filter(buffer => buffer instanceof ArrayBuffer),
  )
}
