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

  /** @throws ProblemError `busy` where so many bytes more would not fit now */
  requireBytes(count: number): void {
    if (this.held + count > this.most.bytes)
      throw busy('Photos that have arrived fill the memory that is set aside for them')
  }

  /** For bytes that come little by little. */
  hold(): Hold {
    return new Hold(this, change => {
      this.held += change
    })
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

/**
 * Bytes of one body. Only what has come is counted: whoever announces much and sends nothing keeps nobody else out.
 */
export class Hold {
  private taken = 0

  constructor(
    private readonly room: Room,
    private readonly change: (count: number) => void,
  ) {}

  /**
   * Holds so many in all; less than before changes nothing.
   *
   * @throws ProblemError `busy`
   */
  upTo(size: number): void {
    if (size <= this.taken) return
    this.room.requireBytes(size - this.taken)
    this.change(size - this.taken)
    this.taken = size
  }

  /** Gives all of them up. */
  leave(): void {
    this.change(-this.taken)
    this.taken = 0
  }
}

function busy(why: string): ProblemError {
  return new ProblemError('busy', `${why}. Ask again in a second, or ask with fewer at a time.`, {
    headers: { 'retry-after': '1' },
  })
}
