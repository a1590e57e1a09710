/** Something that serves one after the other: a disk, a network, Redis, the thread of who asks. Times are seconds. */
export class Server {
  /** Seconds that it was at work. */
  busy = 0
  private freeAt = 0

  /** @returns when it has served what came at that time and takes so long */
  serve(at: number, seconds: number): number {
    this.freeAt = Math.max(at, this.freeAt) + seconds
    this.busy += seconds
    return this.freeAt
  }
}
