import { ChiquitoError } from './error.js'

const packageName = 'chiquito'

/** Folders to climb before giving up: this file lies two below the root of the package, in a tools build three. */
const maxClimb = 6

interface Package {
  readonly root: URL
  readonly version: string
}

let found: Package | undefined

/** The version of this package, as its package.json says. */
export function version(): string {
  return thisPackage().version
}

/** The path of a file that the package carries in `assets/`, whether it is there or not. */
export function assetPath(name: string): string {
  return packagePath(`assets/${name}`)
}

/** The path of a file or folder of this package, whether it is there or not. */
export function packagePath(name: string): string {
  return builtin('node:url').fileURLToPath(new URL(name, thisPackage().root))
}

/**
 * Found by climbing from this file, because sources, `dist/` and a tools build lie at different depths, and read
 * when asked, so that a packed, linked or copied package never answers for another one.
 */
function thisPackage(): Package {
  found ??= climb(new URL('./', import.meta.url))
  return found
}

function climb(start: URL): Package {
  const { existsSync, readFileSync } = builtin('node:fs')
  let root = start
  for (let i = 0; i < maxClimb; i++) {
    const file = new URL('package.json', root)
    if (existsSync(file)) {
      const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'))
      if (isManifest(parsed)) return { root, version: parsed.version }
    }
    root = new URL('../', root)
  }
  throw new ChiquitoError(
    'io',
    `The package.json of ${packageName} is missing above ${start.href}. Install the package again.`,
  )
}

function isManifest(value: unknown): value is { name: string; version: string } {
  if (typeof value !== 'object' || value === null) return false
  if (!('name' in value) || !('version' in value)) return false
  return value.name === packageName && typeof value.version === 'string'
}

// Asked for when needed rather than imported: files of `core` must also load where there is no Node.
function builtin<Name extends 'node:fs' | 'node:url'>(name: Name) {
  return process.getBuiltinModule(name)
}
