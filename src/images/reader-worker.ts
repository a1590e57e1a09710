import { parentPort } from 'node:worker_threads'
import { ChiquitoError, messageOf } from '../core/index.js'
import { readViews, type ViewsAnswer, type ViewsRequest } from './reader.js'

// One decoding thread: answers requests in the order they come.

let last: Promise<void> = Promise.resolve()

parentPort?.on('message', (request: ViewsRequest | 'close') => {
  last = last.then(() => (request === 'close' ? parentPort?.close() : answer(request)))
})

async function answer(request: ViewsRequest): Promise<void> {
  let reply: ViewsAnswer
  try {
    reply = { id: request.id, views: await readViews(request.file, request) }
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
