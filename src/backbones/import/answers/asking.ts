import { ChiquitoError, float32, fromHalf, sizeOf, type Tensor, toHalf } from '../../../core/index.js'
import { Session, type SessionOptions } from '../../../engine/index.js'
import { type Graph, type Model, model, type Value, type ValueType } from '../../../onnx/index.js'
import type { Preprocessing } from '../../backbone.js'

/** What it takes to ask a file and what was made of it the same question. */
export interface Trial {
  /** The file's own input for photos and its output, by their names in it. */
  readonly input: readonly [name: Value, type: ValueType]
  readonly output: Value
  /** Side of the photos in pixels, and how many of them the file takes, where it takes but one number. */
  readonly size: number
  readonly fixedBatch: number | undefined
  readonly preprocessing: Preprocessing
  /** Whether the file gives the same answer each time. */
  readonly isSteady: boolean
  /** Whether the file computes in 16-bit floats somewhere. */
  readonly isInHalves: boolean
  /** The network as it is used, with one output: from `image`, float32 [photos, 3, size, size], to what `output` is. */
  readonly network: (photos: number) => Graph
}

/** Several, so that what is mixed up between photos shows. */
const photos = 2

/** Two photos of waves, a smooth one and a busy one (borders matter in the first), prepared as the network expects: float32 [2, 3, size, size]. */
export function photosFor({ size, preprocessing: { mean, std } }: Trial): Tensor<'float32'> {
  const values = new Float32Array(photos * 3 * size * size)
  let k = 0
  for (let n = 0; n < photos; n++)
    for (let c = 0; c < 3; c++)
      for (let y = 0; y < size; y++)
        for (let x = 0; x < size; x++) {
          const slow = Math.sin(0.013 * (y + 1) * (c + 1) + 0.021 * x + 1.7 * n)
          const fast = n === 0 ? 0 : Math.sin(0.9 * x - 0.6 * y + 2 * c)
          values[k++] = (Math.round(127.5 + 63 * (slow + fast)) - mean[c]) / std[c]
        }
  return float32(values, [photos, 3, size, size])
}

export async function answerHere(trial: Trial, image: Tensor): Promise<Float32Array> {
  const graph = trial.network(photos)
  const [output] = graph.outputs.keys()
  return answer(model(graph), {}, [{ image }], output)
}

/** The file takes the photos in its own type and layout, and perhaps one at a time. */
export function answerOfFile(file: string, trial: Trial, image: Tensor<'float32'>): Promise<Float32Array> {
  const { input, output, fixedBatch } = trial
  const [name, { dtype, shape = [] }] = input
  const isLast = shape[1] !== 3 && shape[3] === 3
  const ordered = isLast ? channelsLast(image) : image
  const each = ordered.data.length / photos
  const one = (n: number) => ordered.data.subarray(n * each, (n + 1) * each)
  const batch = (rows: readonly number[]) =>
    inType(dtype, [rows.length, ...ordered.shape.slice(1)], rows.map(one))
  if (fixedBatch === undefined) return answer(file, { optimize: 'none' }, [{ [name]: batch([0, 1]) }], output)
  const feeds = Array.from({ length: Math.ceil(photos / fixedBatch) }, (_, i) => ({
    [name]: batch(Array.from({ length: fixedBatch }, (_, j) => (i * fixedBatch + j) % photos)),
  }))
  return answer(file, { optimize: 'none' }, feeds, output, Math.max(fixedBatch, photos))
}

/** What a model gives in one or several runs, one after another: of `given` photos the first ones. */
async function answer(
  source: Model | string,
  options: SessionOptions,
  feeds: readonly Readonly<Record<string, Tensor>>[],
  output: Value,
  given = photos,
): Promise<Float32Array> {
  const session = await Session.open(source, options)
  try {
    const parts: number[] = []
    for (const feed of feeds) {
      const { [output]: result } = await session.run(feed, [output])
      for (const value of floatsOf(result)) parts.push(value)
    }
    return Float32Array.from(parts.slice(0, (parts.length / given) * photos))
  } finally {
    await session.close()
  }
}

function channelsLast({ data, shape }: Tensor<'float32'>): Tensor<'float32'> {
  const [count, channels, height, width] = shape
  const turned = new Float32Array(data.length)
  const points = height * width
  for (let n = 0; n < count; n++)
    for (let c = 0; c < channels; c++)
      for (let p = 0; p < points; p++)
        turned[(n * points + p) * channels + c] = data[(n * channels + c) * points + p]
  return float32(turned, [count, height, width, channels])
}

function inType(dtype: ValueType['dtype'], shape: readonly number[], rows: readonly Float32Array[]): Tensor {
  const data = new Float32Array(sizeOf(shape))
  for (const [i, row] of rows.entries()) data.set(row, i * row.length)
  if (dtype === 'float32') return float32(data, shape)
  if (dtype === 'uint8') return { dtype, shape, data: Uint8Array.from(data) }
  if (dtype === 'float16') return { dtype, shape, data: Uint16Array.from(data, toHalf) }
  throw new ChiquitoError('model', `${dtype} cannot be fed.`)
}

function floatsOf(tensor: Tensor): Float32Array {
  if (tensor.dtype === 'float32') return tensor.data
  if (tensor.dtype === 'float16') return Float32Array.from(tensor.data, fromHalf)
  throw new ChiquitoError('model', `${tensor.dtype} cannot be compared.`)
}
