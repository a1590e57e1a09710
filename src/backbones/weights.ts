import { ChiquitoError, fromHalf, type Tensor } from '../core/index.js'

/** The tensors of a weights file, checked against what a network needs. */
export class Weights {
  /** @param name the file's name, for messages. */
  constructor(
    private readonly tensors: ReadonlyMap<string, Tensor>,
    readonly name: string,
  ) {}

  /** A tensor by name. */
  get(key: string): Tensor {
    const tensor = this.tensors.get(key)
    if (!tensor) throw this.error(`has no tensor ${key}`)
    return tensor
  }

  /**
   * Checks that every tensor is there in the shape expected, of a float type, and finite.
   *
   * @throws ChiquitoError `model`, naming the first that is not.
   */
  check(network: string, expected: ReadonlyMap<string, readonly number[]>): void {
    for (const [key, shape] of expected) {
      const tensor = this.tensors.get(key)
      if (!tensor) throw this.error(`does not hold the weights of ${network}: tensor ${key} is missing`)
      if (tensor.shape.join() !== shape.join())
        throw this.error(
          `does not hold the weights of ${network}: tensor ${key} must be [${shape.join(', ')}], but is [${tensor.shape.join(', ')}]`,
        )
      if (!floats.has(tensor.dtype))
        throw this.error(
          `does not hold the weights of ${network}: tensor ${key} must be of floats, but is of ${tensor.dtype}`,
        )
      if (hasNonFinite(toFloat32(tensor).data))
        throw this.error(
          `holds tensor ${key} with values that are no finite float32 numbers (NaN or infinity): training went wrong before it was saved. Give an earlier checkpoint`,
        )
    }
  }

  private error(what: string): ChiquitoError {
    return new ChiquitoError('model', `${this.name} ${what}.`)
  }
}

const floats: ReadonlySet<string> = new Set(['float16', 'bfloat16', 'float32', 'float64'])

/** Whether a number among the weights is NaN or infinite: what is computed with it says nothing. */
export function hasNonFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return true
  return false
}

/** The tensor in float32: exact from 16 bits, rounded from 64. */
export function toFloat32(tensor: Tensor): Tensor<'float32'> {
  const { shape } = tensor
  switch (tensor.dtype) {
    case 'float32':
      return { dtype: 'float32', shape, data: tensor.data }
    case 'float16':
      return { dtype: 'float32', shape, data: widened(tensor.data) }
    case 'bfloat16':
      return {
        dtype: 'float32',
        shape,
        data: new Float32Array(Uint32Array.from(tensor.data, b => b << 16).buffer),
      }
    case 'float64':
      return { dtype: 'float32', shape, data: Float32Array.from(tensor.data) }
    default:
      throw new ChiquitoError('model', `Weights must be of floats, but are of ${tensor.dtype}.`)
  }
}

/** Much faster than `Float32Array.from`, which goes through an iterator. */
function widened(halves: Uint16Array): Float32Array {
  const values = new Float32Array(halves.length)
  for (let i = 0; i < halves.length; i++) values[i] = fromHalf(halves[i])
  return values
}
