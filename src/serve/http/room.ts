import { ProblemError } from './problem.js'

/** What is at work and what waits for it, of all requests: so much fits, and no more is taken. */
export class Room {
  private held = 0
  private photosHeld = 0

  constructor(private readonly most: { readonly bytes: number; readonly photos: number }) {}

  get bytes(): number {
    return this.held
  }

  get photos(): number {
    return this.photosHeld
  }

  /** @throws ProblemError `busy` */
  takeBytes(count: number): void {
    if (this.held + count > this.most.bytes)
      throw busy('Requests that have arrived fill the memory that is set aside for them')
    this.held += count
  }

  leaveBytes(count: number): void {
    this.held -= count
  }

  /** @throws ProblemError `busy` */
  takePhotos(count: number): void {
    // One request that is as large as may be always fits.
    if (this.photosHeld > 0 && this.photosHeld + count > this.most.photos)
      throw busy(`${this.photosHeld} photos are at work or wait for it, of ${this.most.photos} at most`)
    this.photosHeld += count
  }

  leavePhoto(): void {
    this.photosHeld--
  }
}

function busy(why: string): ProblemError {
  return new ProblemError('busy', `${why}. Ask again in a second, or ask with fewer at a time.`, {
    headers: { 'retry-after': '1' },
  })
}
