import { detailLikeness } from './detail.js'
import { MAP_SIDE } from './grey-maps.js'
import { correlationAt, type SearchMap, searchMapOf, shrink, type Template, templateOf } from './maps.js'
import { moved } from './positions.js'

/** Side of the maps that are searched everywhere; what looks promising there is looked at in full. */
const COARSE_SIDE = 16
const COARSE = MAP_SIDE / COARSE_SIDE

/** Sides that a template may have in the full map, in pixels: a part of less than half a photo's width is not looked for. */
const SMALLEST = 24

/** Width of a template over its height, both ways: a crop, border or caption changes a photo's proportions no more. */
const MOST_ASPECT = 1.34

/** Places of the coarse search that are looked at in full, and the least likeness there. */
const PLACES = 4
const LEAST_COARSE = 0.7

/** A likeness beyond which looking on is of no use. */
const ENOUGH = 0.98

/** Where one photo lies in another. */
export interface Alignment {
  /** Normalised cross-correlation there, at most 1. */
  readonly likeness: number
  /** How much they agree field by field: `detailLikeness`. */
  readonly detail: number
  /** The one that was moved into place is a mirror image. */
  readonly mirrored: boolean
  /** Sides of the part that both show, as shares of the larger one's. */
  readonly width: number
  readonly height: number
  /** Which of the two lies in the other. */
  readonly part: 'a' | 'b'
}

interface Place {
  readonly likeness: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A photo made ready to be looked for and searched in: some 25 kB. */
export class Alignable {
  /** For the coarse search: as it is, and mirrored. */
  private readonly coarse: (SearchMap | undefined)[] = []
  private known: readonly Template[] | undefined

  constructor(readonly map: Uint8Array) {}

  coarseMap(mirrored: boolean): SearchMap {
    const made = this.coarse[Number(mirrored)] ?? this.searchMap(COARSE_SIDE, mirrored)
    this.coarse[Number(mirrored)] = made
    return made
  }

  fineMap(mirrored: boolean): SearchMap {
    return this.searchMap(MAP_SIDE, mirrored)
  }

  /** The photo in all sizes of the coarse search. */
  get templates(): readonly Template[] {
    this.known ??= coarseSizes.flatMap(([width, height]) => templateOf(this.map, width, height) ?? [])
    return this.known
  }

  private searchMap(side: number, mirrored: boolean): SearchMap {
    return searchMapOf(moved(this.map, MAP_SIDE, Number(mirrored)), side)
  }
}

const coarseSizes = sizes(Math.ceil(SMALLEST / COARSE), COARSE_SIDE)

function sizes(smallest: number, largest: number): (readonly [number, number])[] {
  const all: (readonly [number, number])[] = []
  for (let width = smallest; width <= largest; width++)
    for (let height = smallest; height <= largest; height++)
      if ((width + height) % 2 === 0 && Math.max(width / height, height / width) <= MOST_ASPECT)
        all.push([width, height])
  return all
}

/** How one of two photos lies in the other best, either way round, as it is or mirrored. */
export function align(a: Alignable, b: Alignable): Alignment {
  let best: Alignment = { likeness: 0, detail: 0, mirrored: false, width: 1, height: 1, part: 'b' }
  for (const mirrored of [false, true])
    for (const [part, inside, around] of [
      ['b', b, a],
      ['a', a, b],
    ] as const) {
      const place = find(inside, around, mirrored)
      if (place.likeness <= best.likeness) continue
      const { likeness, width, height } = place
      const detail = detailAt(inside, around, mirrored, place)
      best = { likeness, detail, mirrored, width: width / MAP_SIDE, height: height / MAP_SIDE, part }
      if (likeness > ENOUGH) return best
    }
  return best
}

function detailAt(
  inside: Alignable,
  around: Alignable,
  mirrored: boolean,
  { x, y, width, height }: Place,
): number {
  const map = moved(around.map, MAP_SIDE, Number(mirrored))
  const window = new Float32Array(width * height)
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      window[row * width + column] = map[(y + row) * MAP_SIDE + x + column]
  return detailLikeness(shrink(inside.map, width, height), window, width, height)
}

const nowhere: Place = { likeness: 0, x: 0, y: 0, width: MAP_SIDE, height: MAP_SIDE }

/** Where one photo lies in the other: searched everywhere among few pixels, then around the best places among all. */
function find(inside: Alignable, around: Alignable, mirrored: boolean): Place {
  const coarse = around.coarseMap(mirrored)
  const places = inside.templates
    .map(template => bestPlace(coarse, template))
    .filter(({ likeness }) => likeness >= LEAST_COARSE)
    .sort((p, q) => q.likeness - p.likeness)
    .slice(0, PLACES)
  let best = nowhere
  if (places.length === 0) return best
  const fine = around.fineMap(mirrored)
  for (const place of places) {
    const refined = refine(inside.map, fine, place)
    if (refined.likeness > best.likeness) best = refined
    if (best.likeness > ENOUGH) break
  }
  return best
}

function bestPlace(map: SearchMap, template: Template): Place {
  const { width, height } = template
  let [likeness, bestX, bestY] = [-1, 0, 0]
  for (let y = 0; y <= map.side - height; y++)
    for (let x = 0; x <= map.side - width; x++) {
      const here = correlationAt(map, template, x, y)
      if (here > likeness) [likeness, bestX, bestY] = [here, x, y]
    }
  return { likeness, x: bestX, y: bestY, width, height }
}

/** Climbs from a coarse place to the best one near it, a pixel of place and size at a time. */
function refine(inside: Uint8Array, around: SearchMap, coarse: Place): Place {
  const templates = new Map<number, Template | null>()
  const templateAt = (width: number, height: number) => {
    const key = width * (MAP_SIDE + 1) + height
    const known = templates.get(key)
    if (known !== undefined) return known
    const made = templateOf(inside, width, height)
    templates.set(key, made)
    return made
  }
  let best: Place = {
    likeness: -1,
    x: coarse.x * COARSE,
    y: coarse.y * COARSE,
    width: coarse.width * COARSE,
    height: coarse.height * COARSE,
  }
  // Two pixels at a time first: over small hills.
  for (const step of [2, 1])
    for (let tries = 0; tries < 8; tries++) {
      const next = bestNear(best, step, around, templateAt)
      if (next === best) break
      best = next
    }
  return best
}

/** The best of all places that differ by a step in position or size; the same object where none is better. */
function bestNear(
  from: Place,
  step: number,
  around: SearchMap,
  templateAt: (width: number, height: number) => Template | null,
): Place {
  let best = from
  for (let height = from.height - step; height <= from.height + step; height += step)
    for (let width = from.width - step; width <= from.width + step; width += step) {
      if (Math.min(width, height) < SMALLEST || Math.max(width, height) > MAP_SIDE) continue
      const template = templateAt(width, height)
      if (template === null) continue
      for (let y = Math.max(0, from.y - step); y <= Math.min(MAP_SIDE - height, from.y + step); y += step)
        for (let x = Math.max(0, from.x - step); x <= Math.min(MAP_SIDE - width, from.x + step); x += step) {
          const likeness = correlationAt(around, template, x, y)
          if (likeness > best.likeness) best = { likeness, x, y, width, height }
        }
    }
  return best
}
