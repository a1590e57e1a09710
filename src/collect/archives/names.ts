/** Deeper folders than any person makes only serve to exhaust something. */
const MAX_DEPTH = 32

/** The longest name that every common file system takes (ext4, APFS: bytes; NTFS: units of UTF-16). */
const MAX_NAME_BYTES = 255

/** The longest path that macOS takes; Linux takes four times that. */
const MAX_PATH_BYTES = 1000

/** Names of devices on Windows, whatever extension follows (Naming Files, Paths, and Namespaces; learn.microsoft.com). */
const windowsDevice = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])[ ]*(\.|$)/i

/** Characters that HFS+ leaves out when it compares names, and marks that reverse the direction of writing. */
const ignorable = /[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g

/**
 * The path of an entry as it is unpacked: without `./` and doubled slashes, which every system reads alike. A folder's
 * name keeps no slash at its end.
 */
export function tidyName(name: string): string {
  const parts = name.split('/').filter(part => part !== '' && part !== '.')
  return (name.startsWith('/') ? '/' : '') + parts.join('/')
}

/**
 * Why nothing may be unpacked under a name: it leads out of the folder, or it is another name on another system. What
 * lies in a folder of that name today would lie elsewhere, or nowhere, when the folder is copied.
 */
export function nameProblem(name: string): string | undefined {
  if (name.includes('\0')) return 'has a zero byte in its name: where that ends, systems disagree'
  if (name.startsWith('/') || name.startsWith('\\')) return 'would be written outside: it is an absolute path'
  if (/^[a-z]:/i.test(name)) return 'would be written outside: it names a drive'
  const parts = name.split(/[\\/]/)
  if (parts.includes('..')) return 'would be written outside: it leads upwards'
  if (name.includes('\\'))
    return 'has a backslash in its name, which is a folder on Windows and a letter elsewhere'
  if (parts.length > MAX_DEPTH) return `is no path that anybody uses: ${parts.length} folders deep`
  if (Buffer.byteLength(name) > MAX_PATH_BYTES) return `has too long a path: over ${MAX_PATH_BYTES} bytes`
  for (const part of parts) {
    const problem = partProblem(part)
    if (problem !== undefined) return problem
  }
  return undefined
}

function partProblem(part: string): string | undefined {
  if (Buffer.byteLength(part) > MAX_NAME_BYTES) return `has too long a name: over ${MAX_NAME_BYTES} bytes`
  if (part === '') return 'has no name'
  if (part.includes(':')) return 'has a colon in its name, which on Windows leads into another file'
  if (/[. ]$/.test(part)) return 'has a name that ends in a dot or a space, which Windows leaves out'
  if (windowsDevice.test(part)) return 'has the name of a device on Windows'
  // macOS itself names a folder's icon so; it is never unpacked.
  if (/\p{Cc}/u.test(part) && part !== 'Icon\r') return 'has a control character in its name'
  if (process.platform === 'win32' && /[<>"|?*]/.test(part)) return 'has a name that Windows does not allow'
  return undefined
}

/** What most names are made of: letters that have one writing only. */
const ascii = /^[ -~]*$/

/** The same for all names that some common file system takes for one. */
function folded(name: string): string {
  if (ascii.test(name)) return name.toLowerCase()
  return name.normalize('NFD').replace(ignorable, '').toUpperCase().toLowerCase().normalize('NFC')
}

/** The names in one archive, each of which must be its own on every system. */
export class Names {
  private readonly known = new Map<string, { readonly name: string; readonly isFile: boolean }>()
  /** As they are written: a folder comes again with each of its files. */
  private readonly folders = new Set<string>()

  /** Adds a file and the folders that it is in. @returns why it cannot be beside the others */
  addFile(name: string): string | undefined {
    return this.addFoldersOf(name) ?? this.add(name, true)
  }

  addFolder(name: string): string | undefined {
    return this.addFoldersOf(name) ?? this.add(name, false)
  }

  private addFoldersOf(name: string): string | undefined {
    for (let at = name.indexOf('/'); at !== -1; at = name.indexOf('/', at + 1)) {
      const problem = this.add(name.slice(0, at), false)
      if (problem !== undefined) return problem
    }
    return undefined
  }

  private add(name: string, isFile: boolean): string | undefined {
    if (!isFile && this.folders.has(name)) return undefined
    const problem = this.compare(name, isFile)
    if (!isFile && problem === undefined) this.folders.add(name)
    return problem
  }

  private compare(name: string, isFile: boolean): string | undefined {
    const key = folded(name)
    const other = this.known.get(key)
    if (other === undefined) {
      this.known.set(key, { name, isFile })
      return undefined
    }
    const [a, b] = [JSON.stringify(other.name), JSON.stringify(name)]
    if (other.name !== name)
      return `the names ${a} and ${b} differ only in case or in how letters are composed: on some systems they are one`
    if (isFile !== other.isFile) return `${a} is both a file and a folder`
    return isFile ? `two entries are called ${a}` : undefined
  }
}
