import { ChiquitoError, INTERRUPTED, throwIfAborted } from '../../src/core/error.js'
import { workerErrorOf } from './failures.js'
import type { Answers, FromWorker, Question, ToWorker } from './protocol.js'

interface Waiting {
  readonly resolve: (answer: Answers[keyof Answers]) => void
  readonly reject: (error: Error) => void
}

export interface AskOptions {
  readonly signal?: AbortSignal | undefined
  /** What goes over instead of being copied. */
  readonly transfer?: Transferable[] | undefined
}

/** Questions to a worker, and its answers. */
export class WorkerTalk {
  private readonly waiting = new Map<number, Waiting>()
  private last = 0
  private closed: ChiquitoError | undefined

  constructor(private readonly worker: Worker) {
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.hear(data)
    worker.onerror = ({ message }) =>
      this.end(
        new ChiquitoError(
          'engine',
          `The worker failed: ${message || 'its script cannot be loaded. A development server may have moved it: docs/web.md of the package says what to do'}.`,
        ),
      )
    worker.onmessageerror = () =>
      this.end(new ChiquitoError('engine', 'The worker sent what cannot be read.'))
  }

  /** @throws `interrupted` at once where the signal fires; what the worker threw */
  ask<K extends keyof Answers>(
    question: Extract<Question, { readonly kind: K }>,
    options?: AskOptions,
  ): Promise<Answers[K]>
  async ask(question: Question, { signal, transfer = [] }: AskOptions = {}): Promise<Answers[keyof Answers]> {
    throwIfAborted(signal)
    if (this.closed) throw this.closed
    const id = ++this.last
    const abort = () => {
      this.send({ id, abort: true })
      this.take(id)?.reject(new ChiquitoError('interrupted', INTERRUPTED))
    }
    signal?.addEventListener('abort', abort)
    try {
      return await new Promise<Answers[keyof Answers]>((resolve, reject) => {
        this.waiting.set(id, { resolve, reject })
        this.send({ id, ask: question }, transfer)
      })
    } finally {
      // Also where it could not even be sent.
      this.waiting.delete(id)
      signal?.removeEventListener('abort', abort)
    }
  }

  close(): void {
    this.end(new ChiquitoError('interrupted', 'The model was closed.'))
  }

  private send(message: ToWorker, transfer: Transferable[] = []): void {
    this.worker.postMessage(message, transfer)
  }

  private hear(message: FromWorker): void {
    const waiting = this.take(message.id)
    if ('error' in message) waiting?.reject(workerErrorOf(message.error))
    else waiting?.resolve(message.answer)
  }

  private take(id: number): Waiting | undefined {
    const waiting = this.waiting.get(id)
    this.waiting.delete(id)
    return waiting
  }

  private end(error: ChiquitoError): void {
    this.closed ??= error
    this.worker.terminate()
    for (const { reject } of this.waiting.values()) reject(this.closed)
    this.waiting.clear()
  }
}
