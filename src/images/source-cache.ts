import type { ViewSource, ViewSources } from './augmented-view.js'
import type { ViewRule } from './view.js'

/**
 * Photos kept decoded, for views of them to come. Nothing is thrown out for something newer: every epoch asks for every
 * photo once, in a new order, and then the one that is due last would always make room for the next.
 */
export class SourceCache {
  private readonly known = new Map<string, ViewSources>()
  private used = 0

  constructor(private readonly limit: number) {}

  get hasRoom(): boolean {
    return this.used < this.limit
  }

  get(path: string, rule: ViewRule): ViewSources | undefined {
    return this.known.get(keyOf(path, rule))
  }

  /** Keeps what fits. */
  put(path: string, rule: ViewRule, made: readonly (readonly [number, ViewSource])[]): void {
    const key = keyOf(path, rule)
    for (const [step, source] of made) {
      const bytes = source.pixels.data.length
      const sources = this.known.get(key) ?? new Map()
      if (this.used + bytes > this.limit || sources.has(step)) continue
      this.known.set(key, sources.set(step, source))
      this.used += bytes
    }
  }
}

function keyOf(path: string, { size, resize }: ViewRule): string {
  return `${size} ${resize} ${path}`
}

/** The same source where other threads can read it. */
export function shared(source: ViewSource): ViewSource {
  const data = new Uint8Array(new SharedArrayBuffer(source.pixels.data.length))
  data.set(source.pixels.data)
  return { ...source, pixels: { ...source.pixels, data } }
}
