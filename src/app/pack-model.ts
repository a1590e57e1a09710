import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { readModel } from '../onnx/index.js'
import { byPlanes, type Numbers } from './packed-model.js'

/** Shorter rows of numbers do not pay for the twelve bytes that say where they are. */
const LEAST_BYTES = 256

/** A model file as pages fetch it: weights byte by byte, compressed by gzip. */
export async function packModel(file: Uint8Array): Promise<Uint8Array> {
  return promisify(gzip)(byPlanes(file, weightsIn(file)), { level: 9 })
}

/** Where the weights lie in a model file. Found by their bytes: what is taken for weights and is none is packed all the same, and comes back. */
function weightsIn(file: Uint8Array): Numbers[] {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength)
  const runs: Numbers[] = []
  let after = 0
  for (const { data } of readModel(file, 'the model').graph.initializers.values()) {
    const width = data.BYTES_PER_ELEMENT
    if (width === 1 || data.byteLength < LEAST_BYTES) continue
    const offset = bytes.indexOf(Buffer.from(data.buffer, data.byteOffset, data.byteLength), after)
    if (offset < 0) continue
    runs.push({ offset, width, count: data.length })
    after = offset + data.byteLength
  }
  return runs
}
