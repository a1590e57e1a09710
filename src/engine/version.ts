import { locateRuntime } from './locate.js'

/** The version of onnxruntime-node that runs; `unknown` where its package file cannot be read. */
export function runtimeVersion(): string {
  return locateRuntime().version
}
