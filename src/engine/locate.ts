import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { packagePath } from '../core/index.js'

/** Where onnxruntime-node is loaded from. */
export interface RuntimePlace {
  /** `unknown` where its package file cannot be read. */
  readonly version: string
  /** Of the copy that this package carries; undefined where Node's own way leads to the right one. */
  readonly carried: string | undefined
}

/**
 * The package carries onnxruntime-node without its install script (docs/decisions/0035-carrying-the-runtime.md). One of the
 * same version that was installed beside it is taken instead: it may have libraries for a GPU. Another version is not:
 * it belongs to somebody else. A checkout carries none and has it among its development packages.
 */
export function locateRuntime(): RuntimePlace {
  const folder = packagePath('vendor/onnxruntime-node')
  const carried = versionIn(`${folder}/package.json`)
  const beside = versionIn(besideUs())
  if (carried === undefined || carried === beside) return { version: beside ?? 'unknown', carried: undefined }
  return { version: carried, carried: pathToFileURL(`${folder}/dist/index.js`).href }
}

function besideUs(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve('onnxruntime-node/package.json')
  } catch {
    return undefined
  }
}

function versionIn(file: string | undefined): string | undefined {
  if (file === undefined) return undefined
  try {
    const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return typeof manifest === 'object' && manifest !== null && 'version' in manifest
      ? String(manifest.version)
      : undefined
  } catch {
    return undefined
  }
}
