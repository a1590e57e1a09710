import path from 'node:path'
import { throwIfAborted } from '../../core/index.js'
import { decode, greyMap, readPhotoFile } from '../../images/index.js'
import type { CheckedPhoto } from '../check.js'

/** Side of the grey squares that photos are compared as, in pixels. */
export const MAP_SIDE = 48

/** Photos decoded at the same time: the image library brings its own threads. */
const AT_ONCE = 8

/** Photos as small grey squares, [{@link MAP_SIDE}, {@link MAP_SIDE}], decoded when first asked for and kept: 2 kB each. */
export class GreyMaps {
  private readonly maps = new Map<number, Uint8Array | null>()

  constructor(
    private readonly photos: readonly CheckedPhoto[],
    private readonly root: string,
  ) {}

  /** Of a loaded photo; null where it cannot be read any more. */
  get(photo: number): Uint8Array | null {
    return this.maps.get(photo) ?? null
  }

  /** Decodes those not known yet. Throws `interrupted` when the signal fires. */
  async load(indices: Iterable<number>, signal?: AbortSignal | undefined): Promise<void> {
    const waiting = [...new Set(indices)].filter(photo => !this.maps.has(photo))
    const worker = async () => {
      for (let photo = waiting.pop(); photo !== undefined; photo = waiting.pop()) {
        throwIfAborted(signal)
        this.maps.set(photo, await this.read(photo))
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
  }

  private async read(photo: number): Promise<Uint8Array | null> {
    const { path: name, sha256 } = this.photos[photo]
    try {
      const bytes = await readPhotoFile(path.join(this.root, ...name.split('/')), name, sha256)
      return greyMap(await decode(bytes, { name, shortSide: MAP_SIDE }), MAP_SIDE)
    } catch {
      // It was read a moment ago: whoever takes it away or damages it meanwhile has no copy of it, either.
      return null
    }
  }
}
