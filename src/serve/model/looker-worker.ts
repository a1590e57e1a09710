import { parentPort, workerData } from 'node:worker_threads'
import { asFloat32, failureOf, uint8 } from '../../core/index.js'
import { Session } from '../../engine/index.js'
import { readViews, sit } from '../../images/index.js'
import type { FromLooker, LookerSettings, PhotoRequest, ToLooker } from './messages.js'

// One looker: a thread that decodes photos and has a network look at them. A run of the network keeps the thread that asks for it, while
// libvips decodes the next photos on threads of its own.

/** Photos that are decoded ahead of the network. */
const DECODED_AHEAD = 2

/** What photos are called; requests call them otherwise. */
const PHOTO = 'photo'

interface Decoded {
  readonly id: number
  readonly view: Uint8Array
}

const settings: LookerSettings = workerData

function say(message: FromLooker): void {
  parentPort?.postMessage(message)
}

async function open(): Promise<Session | undefined> {
  const { file, rule: _, batch: __, seat, ...options } = settings
  sit(seat)
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

class Looker {
  private readonly waiting: PhotoRequest[] = []
  private decoded: Decoded[] = []
  private decoding = 0
  private isLooking = false
  private readonly wanted: readonly string[]
  /** Views of a batch, one after the other. */
  private readonly memory: Uint8Array

  constructor(private readonly session: Session) {
    const { rule, batch } = settings
    this.wanted = ['probabilities', 'known'].filter(name => session.outputs.has(name))
    this.memory = new Uint8Array(batch * rule.size * rule.size * 3)
  }

  take(photo: PhotoRequest): void {
    this.waiting.push(photo)
    this.decodeNext()
  }

  private decodeNext(): void {
    while (this.decoding < DECODED_AHEAD && this.decoded.length < DECODED_AHEAD) {
      const photo = this.waiting.shift()
      if (!photo) return
      this.decoding++
      void this.decode(photo)
    }
  }

  private async decode({ id, bytes, mostPixels }: PhotoRequest): Promise<void> {
    try {
      const { rule } = settings
      const [view] = await readViews(bytes, { name: PHOTO, rule, draws: [null], mostPixels })
      this.decoded.push({ id, view })
    } catch (error) {
      say({ kind: 'failed', ids: [id], failure: failureOf(error, 'image') })
    }
    this.decoding--
    this.decodeNext()
    void this.look()
  }

  /** Looks at what is decoded, as long as there is something. */
  private async look(): Promise<void> {
    if (this.isLooking) return
    this.isLooking = true
    while (this.decoded.length > 0) {
      const batch = this.decoded.splice(0, settings.batch)
      // Whatever waits is decoded meanwhile.
      this.decodeNext()
      await this.lookAt(batch)
      // What libvips is done with meanwhile is heard of.
      await new Promise(resolve => setImmediate(resolve))
    }
    this.isLooking = false
  }

  private async lookAt(batch: readonly Decoded[]): Promise<void> {
    const { size } = settings.rule
    const ids = batch.map(({ id }) => id)
    try {
      const started = performance.now()
      for (const [i, { view }] of batch.entries()) this.memory.set(view, i * view.length)
      const views = this.memory.subarray(0, batch.length * size * size * 3)
      const pixels = uint8(views, [batch.length, size, size, 3])
      const { probabilities, known } = await this.session.run({ pixels }, this.wanted)
      const seconds = (performance.now() - started) / 1000
      const answers = {
        shape: probabilities.shape,
        probabilities: asFloat32(probabilities, 'probabilities').data,
        known: known && asFloat32(known, 'known').data,
      }
      say({ kind: 'answers', ids, answers, seconds })
    } catch (error) {
      say({ kind: 'failed', ids, failure: failureOf(error) })
    }
  }
}

const session = await open()
const looker = session && new Looker(session)
parentPort?.on('message', (message: ToLooker) => {
  if (message !== 'close') looker?.take(message)
  else void session?.close().finally(() => parentPort?.close())
})
// Nothing is left to wait for.
if (!session) parentPort?.close()
