import { startedWorker } from '../library/start-worker.js'
import { WorkerTalk } from '../library/worker-talk.js'

/** Longest side of a picture as the page keeps it to show and to share, in pixels. */
const SHOWN_SIDE = 1600

/** Photos made ready to be seen, by a worker of its own: the other one may be busy with the model, and large photos take a second to decode. */
export class Pictures {
  private readonly talk: Promise<WorkerTalk>

  /** @param script - address of the worker's script */
  constructor(script: Promise<string>) {
    this.talk = script.then(address => new WorkerTalk(startedWorker(address)))
    // Whoever asks is told.
    this.talk.catch(() => undefined)
  }

  /** @returns undefined where it cannot be shown, or nobody waits for it any more */
  async of(file: Blob, signal: AbortSignal): Promise<ImageBitmap | undefined> {
    try {
      const talk = await this.talk
      const name = file instanceof File ? file.name : 'the photo'
      return await talk.ask<'show'>({ kind: 'show', file, name, longest: SHOWN_SIDE }, { signal })
    } catch {
      return undefined
    }
  }
}
