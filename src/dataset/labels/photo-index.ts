/** Which photo a table means; `others` where the name fits more than one. */
export interface Match {
  readonly path: string
  readonly other?: string | undefined
}

/**
 * Finds photos by what tables call them: a path below the table's folder, the end of a path or of an absolute path from
 * another machine, with or without the extension. Only photos that were found in the folders are ever answered, so a
 * name cannot lead elsewhere.
 */
export class PhotoIndex {
  private readonly whole = new Map<string, Match>()
  private readonly ends = new Map<string, Match>()

  /**
   * @param folder - that the table lies in; `''` is the root
   * @param paths - of all photos below the root
   */
  constructor(folder: string, paths: readonly string[]) {
    const start = folder === '' ? '' : `${folder}/`
    for (const path of paths) {
      if (!path.startsWith(start)) continue
      const below = path.slice(start.length)
      for (const name of namesOf(below)) note(this.whole, name, path)
      for (let end = below; ; end = end.slice(end.indexOf('/') + 1)) {
        for (const name of namesOf(end)) note(this.ends, name, path)
        if (!end.includes('/')) break
      }
    }
    for (const path of paths)
      if (path.startsWith(start)) this.whole.set(path.slice(start.length).normalize('NFC'), { path })
  }

  /**
   * Undefined where no photo has that name.
   *
   * @param isExact - only paths below the table's folder count
   */
  find(value: string, isExact = false): Match | undefined {
    const name = value
      .normalize('NFC')
      .replaceAll('\\', '/')
      .replace(/^(\.?\/)+/, '')
    const whole = this.whole.get(name)
    if (whole !== undefined || isExact) return whole
    const bare = name.replace(photoExtension, '')
    return this.end(name) ?? (bare === name ? undefined : this.end(bare)) ?? this.address(name)
  }

  /** The last part of an address, without its query: `https://example.org/a%201.jpg?width=640`. */
  private address(name: string): Match | undefined {
    if (!/^https?:\//i.test(name)) return undefined
    const path = name.replace(/[?#].*$/s, '')
    try {
      return this.end(decodeURIComponent(path))
    } catch {
      return this.end(path)
    }
  }

  private end(whole: string): Match | undefined {
    for (let name = whole; ; ) {
      const match = this.ends.get(name)
      if (match !== undefined) return match
      const slash = name.indexOf('/')
      if (slash < 0) return undefined
      name = name.slice(slash + 1)
    }
  }
}

/** A photo that was converted, or whose name was typed: `1.JPG` or `1.png` for `1.jpg`. */
const photoExtension = /\.(jpe?g|png|webp|gif|bmp|tiff?|heic|avif)$/i

function note(matches: Map<string, Match>, name: string, path: string): void {
  const known = matches.get(name)
  matches.set(name, known === undefined ? { path } : { path: known.path, other: path })
}

/** A path with and without its extension, in composed form. */
function namesOf(path: string): string[] {
  const name = path.normalize('NFC')
  const bare = name.replace(/\.[^./]*$/, '')
  return bare === name ? [name] : [name, bare]
}

/** Whether a name leads out of the folder it is relative to: absolute, with a drive or address, or climbing. */
export function leadsOut(value: string): boolean {
  const name = value.replaceAll('\\', '/')
  if (name.startsWith('/') || /^[a-z]+:/i.test(name) || name.includes('\0')) return true
  let depth = 0
  for (const step of name.split('/')) {
    if (step === '..') depth--
    else if (step !== '.' && step !== '') depth++
    if (depth < 0) return true
  }
  return false
}
