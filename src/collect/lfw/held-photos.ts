import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolderSync } from '../../files/index.js'
import type { Sink } from '../archives/index.js'

/** Photos held in memory. LFW has 15 kB each, so five hundred people fit; more wait in a folder. */
const MAX_HELD_BYTES = 8 * 1024 * 1024

/** The bytes of photos that are drawn so far: in memory, so that those that give way never touch the disk. */
export class HeldPhotos {
  private readonly photos = new Map<string, Buffer | undefined>()
  private bytes = 0

  /** @param folder - for photos that are too many for memory; made when needed, removed by {@link close} */
  constructor(private readonly folder: string) {}

  /** Where the bytes of a photo go. */
  sink(name: string, size: number): Sink {
    const bytes = Buffer.allocUnsafeSlow(size)
    let filled = 0
    return {
      write: chunk => {
        bytes.set(chunk, filled)
        filled += chunk.length
      },
      end: () => this.hold(name, bytes),
    }
  }

  get(name: string): Buffer {
    return this.photos.get(name) ?? readFileSync(this.path(name))
  }

  drop(name: string): void {
    const bytes = this.photos.get(name)
    if (bytes !== undefined) this.bytes -= bytes.length
    else if (this.photos.has(name)) rmSync(this.path(name), { force: true })
    this.photos.delete(name)
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  private hold(name: string, bytes: Buffer): void {
    if (this.bytes + bytes.length <= MAX_HELD_BYTES) {
      this.bytes += bytes.length
      this.photos.set(name, bytes)
      return
    }
    makeFolderSync(this.folder)
    writeFileSync(this.path(name), bytes)
    this.photos.set(name, undefined)
  }

  private path(name: string): string {
    return join(this.folder, name)
  }
}
