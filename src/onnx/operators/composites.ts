import { float, type InferContext, int, type Operator, type Outcome, operator, optional } from './spec.js'
import { convolutionAttributes, convShape, poolAttributes } from './windows.js'

// Operators of our own: steps of a gradient that portable ONNX takes several nodes for. What each one is, in ONNX, says
// `expandComposites`; no runtime knows them.

const domain = 'chiquito'

/** Attributes of the convolution whose gradient it is; its padding is written out. */
const { auto_pad: _, ...convolution } = convolutionAttributes

const gradOf = (shape: 'image' | 'filter') => (context: InferContext<typeof convolution>) => {
  const attributes = { ...context.attributes, auto_pad: 'NOTSET' }
  const expected = convShape(context, attributes, 1)
  const given = context.shape(2)
  if (expected && given && !agree(expected, given))
    context.fail(`dY must be [${expected.join(', ')}], but is [${given.join(', ')}]`)
  return [context.shape(shape === 'image' ? 0 : 1)]
}

function agree(a: readonly unknown[], b: readonly unknown[]): boolean {
  const differ = (dim: unknown, i: number) =>
    typeof dim === 'number' && typeof b[i] === 'number' && dim !== b[i]
  return a.length === b.length && !a.some(differ)
}

const likeFirst = (context: InferContext): Outcome[] => [context.shape(0)]

/** [channels]: what batch norm has one of for each channel of X. */
const perChannel = (context: InferContext): Outcome => {
  const x = context.shape(0)
  if (x && x.length < 2) context.fail(`X must be [batch, channels, sizes...], but is [${x.join(', ')}]`)
  const given = context.shape(1)
  if (x && given && !agree([x[1]], given))
    context.fail(`scale must be [${x[1]}], but is [${given.join(', ')}]`)
  return x && [x[1]]
}

/** Inputs go in the order of the operator whose gradient it is, then its output or that output's gradient. */
export const composites = {
  /** d Conv(X, W) / dX, applied to dY. Of X only the shape counts. */
  'chiquito:ConvInputGrad': operator('X:F W:F dY:F', 'dX:F', convolution, gradOf('image'), { domain }),
  /** d Conv(X, W) / dW, applied to dY. Of W only the shape counts. */
  'chiquito:ConvWeightGrad': operator('X:F W:F dY:F', 'dW:F', convolution, gradOf('filter'), { domain }),
  /** d MaxPool(X) / dX, applied to dY: it goes to the first, row by row, of the largest elements of each window. */
  'chiquito:MaxPoolGrad': operator(
    'X:F dY:F',
    'dX:F',
    { ...poolAttributes, dilations: optional('ints') },
    likeFirst,
    { domain },
  ),
  /** dY where the ReLU's output Y is above 0, 0 elsewhere. */
  'chiquito:ReluGrad': operator('Y:F dY:F', 'dX:F', {}, likeFirst, { domain }),
  /** dY where the Clip's output Y lies strictly between its bounds, 0 elsewhere. */
  'chiquito:ClipGrad': operator('Y:F dY:F min?:F max?:F', 'dX:F', {}, likeFirst, { domain }),
  /**
   * Y = scale (X - mean) / sqrt(variance + epsilon) + B per channel (axis 1), with the mean and the biased variance of X
   * over all other axes.
   */
  'chiquito:BatchNormTrain': operator(
    'X:F scale:F B:F',
    'Y:F mean:F variance:F',
    { epsilon: float(1e-5) },
    context => [context.shape(0), perChannel(context), perChannel(context)],
    { domain },
  ),
  /**
   * The gradients of BatchNormTrain's Y for its inputs; mean and variance are its other outputs. With `unscaled`, dX is
   * still to be multiplied by scale / sqrt(variance + epsilon).
   */
  'chiquito:BatchNormTrainGrad': operator(
    'X:F scale:F mean:F variance:F dY:F',
    'dX:F dscale:F dB:F',
    { epsilon: float(1e-5), unscaled: int(0) },
    context => [context.shape(0), perChannel(context), perChannel(context)],
    { domain },
  ),
} satisfies Record<string, Operator>
