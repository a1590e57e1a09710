import { ChiquitoError, throwIfAborted } from '../../src/core/error.js'
import { type WorkerFailure, workerFailureOf } from '../library/failures.js'
import type { Answers, FromWorker, NamedPicture, Question, ToWorker } from '../library/protocol.js'
import type { Verdict } from '../library/types.js'
import { checkModel } from './check.js'
import { WorkerModel } from './model.js'
import { type Runtime, startRuntime } from './runtime.js'
import { shownPicture } from './shown-picture.js'
import { viewOfPicture } from './view-of-picture.js'

// The worker of `chiquito/web`: decodes and computes, so that the page does not have to wait. Questions are answered in their order.

let runtime: Runtime | undefined
let opened: WorkerModel | undefined
let turn: Promise<void> = Promise.resolve()
/** Questions that wait or are being answered. */
const asked = new Map<number, AbortController>()

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  const { id } = data
  if ('abort' in data) {
    asked.get(id)?.abort()
    return
  }
  const { ask } = data
  const controller = new AbortController()
  asked.set(id, controller)
  turn = turn.then(async () => {
    tell(await answered(id, ask, controller.signal))
    asked.delete(id)
  })
}

function tell(message: FromWorker): void {
  const transfer = 'answer' in message && message.answer instanceof ImageBitmap ? [message.answer] : []
  self.postMessage(message, { transfer })
}

async function answered(id: number, ask: Question, signal: AbortSignal): Promise<FromWorker> {
  try {
    throwIfAborted(signal)
    return { id, answer: await answerTo(ask, signal) }
  } catch (error) {
    return { id, error: workerFailureOf(error) }
  }
}

async function answerTo(ask: Question, signal: AbortSignal): Promise<Answers[keyof Answers]> {
  switch (ask.kind) {
    case 'start':
      runtime = await startRuntime(ask.runtime, ask.threads)
      return null
    case 'load':
      opened = await WorkerModel.open(ask, running())
      return loaded(opened)
    case 'classify':
      return classified(model(), ask.pictures, signal)
    case 'explain':
      return model().why(await viewOfPicture(ask.picture, model().metadata.view))
    case 'check':
      return checkModel(model())
    case 'show':
      return shownPicture(ask.file, ask.name, ask.longest)
  }
}

function running(): Runtime {
  if (runtime) return runtime
  throw new ChiquitoError('engine', 'The runtime was not started.')
}

function model(): WorkerModel {
  if (opened) return opened
  throw new ChiquitoError('engine', 'No model was loaded.')
}

function loaded(model: WorkerModel): Answers['load'] {
  const { metadata, threshold, device, threads, explains } = model
  const { labels, view } = metadata
  return { labels, threshold: threshold ?? null, device, threads, explains, ...view }
}

/** All views go through the network together; a picture that cannot be read has its error in its place. */
async function classified(
  model: WorkerModel,
  pictures: readonly NamedPicture[],
  signal: AbortSignal,
): Promise<(Verdict | WorkerFailure)[]> {
  const { view } = model.metadata
  const views: (Uint8Array | WorkerFailure)[] = []
  for (const picture of pictures) {
    throwIfAborted(signal)
    views.push(await viewOfPicture(picture, view).catch(error => workerFailureOf(error)))
  }
  throwIfAborted(signal)
  const seen = views.filter(one => one instanceof Uint8Array)
  const bytes = view.size * view.size * 3
  const all = new Uint8Array(seen.length * bytes)
  for (const [i, one] of seen.entries()) all.set(one, i * bytes)
  const verdicts = (seen.length > 0 ? await model.judge(all, seen.length) : []).values()
  return views.map(one => (one instanceof Uint8Array ? next(verdicts) : one))
}

function next(verdicts: Iterator<Verdict>): Verdict {
  const { value, done } = verdicts.next()
  if (done) throw new ChiquitoError('engine', 'There is no answer.')
  return value
}
