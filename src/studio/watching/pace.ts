/** While something goes on and on, pages hear of it less and less often: each time they ask for the whole list, whose making slows it down. */
const MOST_MS = 8000

/** How often pages are told of what changes on the disk. */
export class Pace {
  private toldAt = Number.NEGATIVE_INFINITY
  private rest = 0

  /**
   * Whether pages are to be told now.
   *
   * @param at - in ms, of any clock
   * @param least - between two tellings, in ms
   * @param isMoving - whether something changed since the last look; once that is over the end is told
   */
  isDue(at: number, least: number, isMoving: boolean): boolean {
    if (!isMoving) this.rest = 0
    return at - this.toldAt >= Math.max(least, this.rest)
  }

  /** They were told. */
  told(at: number): void {
    this.rest = Math.min(MOST_MS, 2 * Math.max(this.rest, 1000))
    this.toldAt = at
  }

  /** They were told of something that this server did itself. */
  toldOfOwn(at: number): void {
    this.toldAt = at
  }
}
