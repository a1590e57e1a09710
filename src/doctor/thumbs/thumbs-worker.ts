import { parentPort, workerData } from 'node:worker_threads'
import { failureOf } from '../../core/index.js'
import { type GateSeat, sit } from '../../images/index.js'
import { makeThumb } from './make.js'
import type { ThumbAnswer, ThumbQuestion } from './threads.js'

// One thread that makes small copies of photos.

const seat: GateSeat = workerData
sit(seat)

parentPort?.on('message', async ({ id, ...request }: ThumbQuestion) => {
  const answer: ThumbAnswer = await makeThumb(request).then(
    thumb => ({ id, ...thumb }),
    error => ({ id, ...failureOf(error, 'image') }),
  )
  parentPort?.postMessage(answer)
})
