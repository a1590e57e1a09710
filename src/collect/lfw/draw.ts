import { RandomStream } from '../../core/index.js'

/** A photo that stands for its person so far. */
export interface Drawn {
  readonly person: string
  /** The file's own name. */
  readonly file: string
  readonly rank: number
  readonly photoRank: number
}

/**
 * Draws people, one photo each, while their photos pass by once in any order. Everybody has a rank by seed and name, and
 * so has each photo; the first so many ranks are drawn. So the same seed draws the same people and photos whatever the
 * order, and whatever else is there.
 */
export class Draw {
  /** By rank. */
  private readonly drawn: Drawn[] = []
  private readonly ranks: RandomStream
  private readonly seen = new Set<string>()

  /** @param count - people to draw at most */
  constructor(
    private readonly count: number,
    seed: number,
  ) {
    this.ranks = RandomStream.fromSeed(seed).fork('lfw')
  }

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
    const rank = this.ranks.fork('person', person).uniform()
    const at = this.position(rank)
    const photoRank = this.ranks.fork('photo', file).uniform()
    const photo = { person, file, rank, photoRank }
    const same = this.drawn[at]
    if (same?.person === person) {
      if (photoRank >= same.photoRank) return undefined
      this.drawn[at] = photo
      return { instead: same }
    }
    if (at >= this.count) return undefined
    this.drawn.splice(at, 0, photo)
    return { instead: this.drawn.length > this.count ? this.drawn.pop() : undefined }
  }

  /** Where the first rank stands that is not below. */
  private position(rank: number): number {
    let [low, high] = [0, this.drawn.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.drawn[middle].rank < rank) low = middle + 1
      else high = middle
    }
    return low
  }
}
