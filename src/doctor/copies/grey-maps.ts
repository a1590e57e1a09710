import path from 'node:path'
import { throwIfAborted, type WorkOptions } from '../../core/index.js'
import { decode, greyMap, insideFrame, type Pixels, readPhotoFile, resize } from '../../images/index.js'
import type { CheckedPhoto } from '../check.js'

/** Side of the grey squares that photos are compared as, in pixels. */
export const MAP_SIDE = 48

/** Photos decoded at the same time: the image library brings its own threads. */
const AT_ONCE = 8

/** How long the short side is decoded: enough to see where a frame ends. */
const DECODED_SIDE = 2 * MAP_SIDE

/** A photo as small grey squares, [{@link MAP_SIDE}, {@link MAP_SIDE}] each. */
export interface PhotoMaps {
  readonly whole: Uint8Array
  /** Without the frame around it; null where there is none. */
  readonly inside: Uint8Array | null
}

/** Photos as grey squares, decoded when first asked for and kept: 2 to 5 kB each. */
export class GreyMaps {
  private readonly maps = new Map<number, PhotoMaps | null>()

  constructor(
    private readonly photos: readonly CheckedPhoto[],
    private readonly root: string,
  ) {}

  /** Whether all that were asked for could be read. */
  get isWhole(): boolean {
    return ![...this.maps.values()].includes(null)
  }

  /** Of a loaded photo; null where it cannot be read any more. */
  get(photo: number): PhotoMaps | null {
    return this.maps.get(photo) ?? null
  }

  /** Decodes those not known yet. Throws `interrupted` when the signal fires. */
  async load(indices: Iterable<number>, { progress, signal }: WorkOptions): Promise<void> {
    const waiting = [...new Set(indices)].filter(photo => !this.maps.has(photo))
    if (waiting.length === 0) return
    const task = 'photos that may be copies'
    const total = waiting.length
    let next = 0
    progress?.({ kind: 'start', task, total })
    const worker = async () => {
      while (next < total) {
        throwIfAborted(signal)
        const photo = waiting[next++]
        this.maps.set(photo, await this.read(photo))
        progress?.({ kind: 'advance', task, done: next, total })
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
    progress?.({ kind: 'end', task })
  }

  private async read(photo: number): Promise<PhotoMaps | null> {
    const { path: name, sha256 } = this.photos[photo]
    try {
      const bytes = await readPhotoFile(path.join(this.root, ...name.split('/')), name, sha256)
      const pixels = await decode(bytes, { name, shortSide: DECODED_SIDE })
      const inside = insideFrame(pixels)
      return { whole: greyMap(pixels, MAP_SIDE), inside: inside && greyMap(withoutRim(inside), MAP_SIDE) }
    } catch {
      // It was read a moment ago: whoever takes it away or damages it meanwhile has no copy of it, either.
      return null
    }
  }
}

/** Without the outermost pixels, which decoding has mixed with the frame's colour: at this size they cost .05 of likeness. */
function withoutRim(inside: Pixels): Pixels {
  const [width, height] = [inside.width - 2, inside.height - 2]
  return Math.min(width, height) < 1
    ? inside
    : resize(inside, { left: 1, top: 1, width, height }, width, height)
}
