import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ChiquitoError, type Failure } from '../../core/index.js'
import { ioError } from '../../files/index.js'
import type { Performed } from '../perform.js'
import type { FromHand, HandStart, ToHand } from './hand-messages.js'
import type { Step } from './steps.js'

/** Work that was told to stop is given that long to do so. */
const STOP_MS = 5000

/** Processes that end before they can do anything, after which there is no use in starting more. */
const FALSE_STARTS = 3

/** How a job ended in the hands of a process. */
export type HandEnd =
  | { readonly how: 'done'; readonly performed: Performed }
  | { readonly how: 'failed'; readonly failure: Failure }
  | { readonly how: 'unseen' }
  | { readonly how: 'died'; readonly of: string }
  | { readonly how: 'stopped' }

interface Task {
  readonly key: string
  /** Where whoever asked says that the job is. */
  readonly store: string
  readonly signal: AbortSignal
  readonly began: (kind: string) => void
  readonly stepped: (step: Step) => void
}

/** The processes that do a worker's jobs, one at a time each. */
export class Hands {
  private readonly idle: Hand[] = []
  private readonly all = new Set<Hand>()
  private falseStarts = 0

  constructor(
    private readonly start: Omit<HandStart, 'folder'>,
    count: number,
  ) {
    for (let i = 0; i < count; i++) this.idle.push(this.hired())
  }

  /** @throws `engine` where processes for jobs cannot be started */
  async do(task: Task): Promise<HandEnd> {
    const hand = await this.ready()
    const end = await hand.do(task)
    if (hand.isAlive) this.idle.push(hand)
    return end
  }

  async close(): Promise<void> {
    await Promise.all([...this.all].map(hand => hand.close()))
  }

  private async ready(): Promise<Hand> {
    for (;;) {
      const hand = this.idle.pop() ?? this.hired()
      // One that ended while nobody needed it.
      if (!hand.isAlive) continue
      if (await hand.isReady) {
        this.falseStarts = 0
        return hand
      }
      if (++this.falseStarts >= FALSE_STARTS)
        throw new ChiquitoError(
          'engine',
          'The processes that do jobs end as soon as they are started; what they say stands above.',
        )
    }
  }

  private hired(): Hand {
    const hand = new Hand(this.start)
    this.all.add(hand)
    void hand.gone.then(() => this.all.delete(hand))
    return hand
  }
}

class Hand {
  /** False where it ended before it could do anything. */
  readonly isReady: Promise<boolean>
  /** How it ended. */
  readonly gone: Promise<string>
  isAlive = true
  private readonly process: ChildProcess
  private hear: (message: FromHand) => void = () => undefined

  /** @throws `io` where there is no room for its files */
  constructor(start: Omit<HandStart, 'folder'>) {
    const folder = temporaryFolder()
    // A group of its own: Ctrl-C is for the worker alone.
    this.process = fork(
      fileURLToPath(new URL('./hand.js', import.meta.url)),
      [JSON.stringify({ ...start, folder })],
      {
        execArgv: [],
        detached: true,
        env: { ...environment(), TMPDIR: folder, TEMP: folder, TMP: folder },
        // Standard output is the worker's.
        stdio: ['ignore', 2, 2, 'ipc'],
      },
    )
    const ended = new Promise<string>(resolve => {
      this.process.once('error', ({ message }) => resolve(message))
      this.process.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
    })
    this.gone = ended.then(async how => {
      this.isAlive = false
      // What was killed leaves photos there that it fetched, which may be private.
      await rm(folder, { recursive: true, force: true }).catch(() => undefined)
      return how
    })
    this.process.on('message', (message: FromHand) => this.hear(message))
    const said = new Promise<boolean>(resolve => {
      this.hear = ({ say }) => resolve(say === 'ready')
    })
    this.isReady = Promise.race([said, this.gone.then(() => false)])
  }

  async do({ key, store, signal, began, stepped }: Task): Promise<HandEnd> {
    if (signal.aborted) return { how: 'stopped' }
    const answer = new Promise<HandEnd>(resolve => {
      this.hear = message => {
        if (message.say === 'began') began(message.kind)
        else if (message.say === 'step') stepped(message.step)
        else resolve(endOf(message, signal))
      }
    })
    const died = this.gone.then((of): HandEnd => (signal.aborted ? { how: 'stopped' } : { how: 'died', of }))
    let timer: NodeJS.Timeout | undefined
    const stop = () => {
      this.tell({ say: 'stop' })
      timer = setTimeout(() => this.process.kill('SIGKILL'), STOP_MS)
    }
    signal.addEventListener('abort', stop, { once: true })
    this.tell({ say: 'do', key, store })
    try {
      return await Promise.race([answer, died])
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
    }
  }

  async close(): Promise<void> {
    if (this.process.connected) this.process.disconnect()
    const timer = setTimeout(() => this.process.kill('SIGKILL'), STOP_MS)
    await this.gone
    clearTimeout(timer)
  }

  private tell(message: ToHand): void {
    // One that has just died does not hear; that it died is told by its end.
    this.process.send(message, () => undefined)
  }
}

function temporaryFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'chiquito-hand-'))
  } catch (error) {
    throw ioError(error, 'make a folder in', tmpdir())
  }
}

/** What jobs have no business with is not handed on. */
function environment(): NodeJS.ProcessEnv {
  const { CHIQUITO_QUEUE: _, ...others } = process.env
  return others
}

function endOf(message: FromHand, signal: AbortSignal): HandEnd {
  if (message.say === 'done') return { how: 'done', performed: message.performed }
  if (message.say === 'unseen') return { how: 'unseen' }
  if (message.say !== 'failed') return { how: 'died', of: `it said "${message.say}" out of turn` }
  const isStopped = signal.aborted && message.failure.code === 'interrupted'
  return isStopped ? { how: 'stopped' } : { how: 'failed', failure: message.failure }
}
