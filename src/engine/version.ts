import { createRequire } from 'node:module'

/** The version of onnxruntime-node that is installed; `unknown` where its package file cannot be read. */
export function runtimeVersion(): string {
  try {
    const manifest: unknown = createRequire(import.meta.url)('onnxruntime-node/package.json')
    if (typeof manifest === 'object' && manifest !== null && 'version' in manifest)
      return String(manifest.version)
  } catch {
    // A bundler may leave the package file out; the version is only for the record.
  }
  return 'unknown'
}
