import { parentPort, workerData } from 'node:worker_threads'
import { asFloat32, failureOf, uint8 } from '../../core/index.js'
import { Session } from '../../engine/index.js'
import type { Batch, FromLooker, LookerSettings, ToLooker } from './messages.js'

// One looker: a thread that holds a network. A run keeps the thread that asks for it, so this is not the one that serves. It
// loads no more than it needs, as each thread has its own copy of all code.

const settings: LookerSettings = workerData

function say(message: FromLooker, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer)
}

async function open(): Promise<Session | undefined> {
  const { file, size: _, ...options } = settings
  try {
    const notice = (message: string) => say({ kind: 'notice', message })
    const session = await Session.open(file, { ...options, notice })
    say({ kind: 'ready' })
    return session
  } catch (error) {
    say({ kind: 'refused', failure: failureOf(error) })
    return undefined
  }
}

async function look(session: Session, { views, count }: Batch): Promise<void> {
  const { size } = settings
  const wanted = ['probabilities', 'known'].filter(name => session.outputs.has(name))
  try {
    const started = performance.now()
    const pixels = uint8(views.subarray(0, count * size * size * 3), [count, size, size, 3])
    const { probabilities, known } = await session.run({ pixels }, wanted)
    const seconds = (performance.now() - started) / 1000
    const answers = {
      shape: probabilities.shape,
      probabilities: asFloat32(probabilities, 'probabilities').data,
      known: known && asFloat32(known, 'known').data,
    }
    say({ kind: 'answer', answers, views, seconds }, [views.buffer])
  } catch (error) {
    say({ kind: 'failed', failure: failureOf(error), views }, [views.buffer])
  }
}

const session = await open()
parentPort?.on('message', (message: ToLooker) => {
  if (message !== 'close' && session) void look(session, message)
  else void session?.close().finally(() => parentPort?.close())
})
// Nothing is left to wait for.
if (!session) parentPort?.close()
