import { hash } from 'node:crypto'

/** A photo that stands for its person so far. */
export interface Drawn {
  readonly person: string
  /** The file's own name. */
  readonly file: string
  readonly rank: string
  readonly photoRank: string
}

/**
 * Draws people, one photo each, while their photos pass by once in any order. Everybody has a rank by seed and name, and
 * so has each photo; the first so many ranks are drawn. So the same seed draws the same people and photos whatever the
 * order, and whatever else is there.
 */
export class Draw {
  /** By rank. */
  private readonly drawn: Drawn[] = []
  private readonly seen = new Set<string>()

  /** @param count - people to draw at most */
  constructor(
    private readonly count: number,
    private readonly seed: number,
  ) {}

  /** People that passed by. */
  get people(): number {
    return this.seen.size
  }

  /** Those who are drawn so far, the first rank first. */
  get result(): readonly Drawn[] {
    return this.drawn
  }

  /**
   * A photo passes by.
   *
   * @returns whether it is drawn for now, and whose photo gives way to it; undefined where it is not drawn
   */
  offer(person: string, file: string): { readonly instead: Drawn | undefined } | undefined {
    this.seen.add(person)
    const rank = this.rank('person', person)
    const at = this.position(rank)
    if (at >= this.count) return undefined
    const photoRank = this.rank('photo', file)
    const photo = { person, file, rank, photoRank }
    const same = this.drawn[at]
    if (same?.person === person) {
      if (photoRank >= same.photoRank) return undefined
      this.drawn[at] = photo
      return { instead: same }
    }
    this.drawn.splice(at, 0, photo)
    return { instead: this.drawn.length > this.count ? this.drawn.pop() : undefined }
  }

  /** By SHA-256: one text each, where a random stream a name would be thousands of arrays to clear away. */
  private rank(what: string, name: string): string {
    return hash('sha256', `lfw ${this.seed} ${what} ${name}`, 'hex')
  }

  /** Where the first rank stands that is not below. */
  private position(rank: string): number {
    let [low, high] = [0, this.drawn.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.drawn[middle].rank < rank) low = middle + 1
      else high = middle
    }
    return low
  }
}
