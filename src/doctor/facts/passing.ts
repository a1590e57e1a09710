import { statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { DecodedBeside } from '../../images/index.js'
import { FolderIndex } from './folder-index.js'
import { attempt } from './forget-oldest.js'
import type { GatherOptions, MeasuredFile } from './gather.js'
import { factsOfText } from './reader.js'
import { stampOf } from './stamps.js'
import { FactsStore, factsFolder } from './store.js'

/** Photos whose facts are held, a kilobyte or two each; those of more are found in the cache, or measured again. */
const MOST_HELD = 20_000

/**
 * Facts of a folder's photos that are decoded for something else, measured on the threads that decode them, and kept as
 * {@link gatherFacts} keeps them, which then need not read these photos: give it `known`.
 */
export class FactsInPassing implements DecodedBeside {
  readonly program = programFile()
  private readonly contents: ReadonlyMap<string, string>
  private readonly asked = new Set<string>()
  private readonly measured = new Map<string, { readonly bytes: number; readonly text: string }>()
  private readonly store: FactsStore | undefined
  private readonly index: FolderIndex | undefined

  /**
   * @param root - absolute, without links
   * @param photos - below it, whose content is what it was when they were hashed, or they are left out
   */
  constructor(
    private readonly root: string,
    photos: readonly { readonly path: string; readonly sha256: string }[],
    { cache = true }: Pick<GatherOptions, 'cache'> = {},
  ) {
    this.contents = new Map(photos.map(({ path, sha256 }) => [path, sha256]))
    // Where nothing can be kept, whoever gathers facts says so.
    this.store = cache ? FactsStore.open(factsFolder()) : undefined
    this.index = cache ? FolderIndex.open(join(factsFolder(), 'folders'), root) : undefined
  }

  begin(file: string, sha256: string): ((text: string) => void) | undefined {
    if (this.asked.has(sha256) || this.store?.has(sha256)) return undefined
    const began = Date.now()
    const stamp = stampOf(attempt(() => statSync(file)))
    if (!stamp) return undefined
    this.asked.add(sha256)
    return text => {
      this.store?.put(sha256, factsOfText(text), text)
      this.index?.put(relative(this.root, file).split(sep).join('/'), stamp, sha256, began)
      if (this.measured.size < MOST_HELD) this.measured.set(sha256, { bytes: stamp.size, text })
    }
  }

  /** What was measured of a file's content, if it was. */
  readonly known = (path: string): MeasuredFile | undefined => {
    const sha256 = this.contents.get(path)
    const found = sha256 === undefined ? undefined : this.measured.get(sha256)
    if (sha256 === undefined || found === undefined) return undefined
    return { path, sha256, bytes: found.bytes, facts: factsOfText(found.text) }
  }

  close(): void {
    this.index?.close([...this.contents.keys()])
    this.store?.close()
  }
}

/** Undefined where the sources run uncompiled. */
function programFile(): string | undefined {
  return import.meta.url.endsWith('.js') ? fileURLToPath(new URL('./beside.js', import.meta.url)) : undefined
}
