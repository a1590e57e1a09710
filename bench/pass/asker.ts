import { Server } from './server.js'

/** Who asks for jobs: names them one after the other, has so many in the queue, and writes what came of them in their order. */
export class Asker {
  readonly thread = new Server()
  /** Seconds in which photos were being named: read and hashed. */
  naming = 0
  private begun = 0
  private written = 0
  private isNaming = false
  /** Ended jobs that wait for one before them. */
  private readonly ended = new Set<number>()

  constructor(
    private readonly jobs: number,
    private readonly places: number,
  ) {}

  get isDone(): boolean {
    return this.written === this.jobs
  }

  /** All its places are taken, and there would be more to ask for. */
  get isFull(): boolean {
    return this.begun < this.jobs && this.begun - this.written >= this.places
  }

  /** The next job to name; undefined where there is none, or no place for it. */
  begin(): number | undefined {
    if (this.isNaming || this.isFull || this.begun === this.jobs) return undefined
    this.isNaming = true
    return this.begun++
  }

  /** It is in the queue. */
  named(): void {
    this.isNaming = false
  }

  /** Hears that a job has ended, and writes all that can be written now. */
  end(job: number, at: number, seconds: number): void {
    this.ended.add(job)
    while (this.ended.delete(this.written)) {
      this.written++
      this.thread.serve(at, seconds)
    }
  }
}
