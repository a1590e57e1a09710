import { version } from '../../core/index.js'
import { runtimeVersion } from '../../engine/index.js'

/** The programs that take part in a run, for its record. */
export function versions(): Record<string, string> {
  return { chiquito: version(), onnxruntime: runtimeVersion(), node: process.versions.node }
}
