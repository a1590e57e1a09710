import { ChiquitoError } from '../../../core/index.js'
import type { Graph, Value, ValueType } from '../../../onnx/index.js'

/**
 * The one input of a network that takes photos, float32 or 16-bit floats [batch, 3, height, width] or
 * [batch, height, width, 3].
 *
 * @throws ChiquitoError `model` for other inputs: what they are, what kind of network that is, what to give instead.
 */
export function photoInput(graph: Graph, file: string): [name: Value, type: ValueType] {
  // Files of 2017 to 2019 list weights among the inputs, too.
  const inputs = [...graph.inputs].filter(([name]) => !graph.initializers.has(name))
  const refuse = (what: string) =>
    new ChiquitoError(
      'model',
      `${file} cannot be a backbone: ${what}. Expected one input for photos, float32 [batch, 3, height, width].`,
    )
  const [first, ...others] = inputs
  if (!first || others.length > 0) {
    const names = inputs.map(([name]) => name).join(', ') || 'none'
    throw refuse(`it has ${inputs.length} inputs (${names})${kindOf(inputs)}`)
  }
  const problem = problemOf(first[1], first[0])
  if (problem !== undefined) throw refuse(`its input ${first[0]} is ${showType(first[1])}${problem}`)
  return first
}

/** What kind of network has such inputs, as far as they tell. */
function kindOf(inputs: readonly (readonly [Value, ValueType])[]): string {
  if (inputs.some(([, type]) => problemOf(type) === undefined) && inputs.some(isText))
    return ': it takes photos with a text; give the part that takes photos alone (such as vision_model.onnx)'
  // Diffusion: what is noisy, and how far it has come.
  if (inputs.some(([name]) => /^(timestep|t|sigma|noise_level)$/i.test(name)))
    return ': it is a network that makes pictures'
  return inputs.some(isText) ? ': it is a network for text' : ''
}

/** Text comes as numbers of words. */
function isText([name, { dtype, shape }]: readonly [Value, ValueType]): boolean {
  const isWhole = dtype === 'int64' || dtype === 'int32'
  return isWhole && ((shape?.length ?? 2) === 2 || /input_ids|token|attention_mask/i.test(name))
}

/** Why an input is none for photos; undefined where it is one. */
function problemOf({ dtype, shape }: ValueType, name = ''): string | undefined {
  if (isText(['', { dtype, shape }])) return ': whole numbers, as networks for text take'
  if (!floats.has(dtype)) return '; export the network in float32'
  if (!shape) return ' of unknown rank'
  if (shape.length === 4 && (shape[1] === 3 || shape[3] === 3)) {
    const [height, width] = shape[1] === 3 ? shape.slice(2) : shape.slice(1)
    const isSquare = typeof height === 'string' || typeof width === 'string' || height === width
    return isSquare
      ? undefined
      : `: photos here are square; export it for square ones (torch.randn(2, 3, ${height}, ${height}))`
  }
  if (shape.length === 4 && typeof shape[1] === 'string') return undefined
  if (shape.length === 4 && /^(z|latents?|latent_sample|noise)$/i.test(name))
    return ': what networks that make pictures begin with, not photos'
  if (shape.length === 4) return ': photos here have 3 channels'
  return shape.length === 3
    ? ': a sequence, not photos, which have four dimensions'
    : ': not of photos, which have four dimensions'
}

/** What is taken as float32: 16 bits are widened. */
const floats: ReadonlySet<string> = new Set(['float32', 'float16', 'bfloat16'])

function showType({ dtype, shape }: ValueType): string {
  return shape ? `${dtype} [${shape.join(', ')}]` : dtype
}
