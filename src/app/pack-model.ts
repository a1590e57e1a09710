import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { readModel } from '../onnx/index.js'
import { byPlanes, type Numbers, rankOf } from './packed-model.js'

/** Shorter rows of numbers do not pay for the bytes that say where they are. */
const LEAST_BYTES = 256

/** Numbers that are looked at to see whether one row is like another. */
const LOOKED_AT = 1000

/** Rows are alike where their numbers are this many representable ones apart, on average: a byte says that. Others are thousands apart. */
const MOST_APART = 128

/** A model file as pages fetch it: weights byte by byte, compressed by gzip. */
export async function packModel(file: Uint8Array): Promise<Uint8Array> {
  return promisify(gzip)(byPlanes(file, weightsIn(file)), { level: 9 })
}

/** Where the weights lie in a model file. Found by their bytes: what is taken for weights and is none is packed all the same, and comes back. */
function weightsIn(file: Uint8Array): Numbers[] {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength)
  const runs: Numbers[] = []
  const halves: Halves[] = []
  let after = 0
  for (const { dtype, data } of readModel(file, 'the model').graph.initializers.values()) {
    const width = data.BYTES_PER_ELEMENT
    if (width === 1 || data.byteLength < LEAST_BYTES) continue
    const offset = bytes.indexOf(Buffer.from(data.buffer, data.byteOffset, data.byteLength), after)
    if (offset < 0) continue
    after = offset + data.byteLength
    const like = dtype === 'float16' ? halves.find(one => areAlike(one.bits, data))?.run : undefined
    if (dtype === 'float16') halves.push({ run: runs.length, bits: data })
    runs.push({ offset, width, count: data.length, like })
  }
  return runs
}

interface Halves {
  readonly run: number
  readonly bits: Uint16Array
}

function areAlike(one: Uint16Array, other: Uint16Array): boolean {
  if (one.length !== other.length) return false
  const step = Math.max(1, Math.floor(one.length / LOOKED_AT))
  let apart = 0
  let count = 0
  for (let i = 0; i < one.length; i += step, count++) apart += Math.abs(rankOf(one[i]) - rankOf(other[i]))
  return apart <= MOST_APART * count
}
