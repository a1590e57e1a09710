import { crossEntropy, differentiate, expandComposites } from '../autodiff/index.js'
import { asFloat32, float32, scalar, type Tensor } from '../core/index.js'
import { type DeviceOptions, Session } from '../engine/index.js'
import { GraphBuilder, model } from '../onnx/index.js'
import { minimize } from './lbfgs.js'

/** Rows [rows, width] with the target probabilities [rows, classes] they should get. */
export interface Examples {
  readonly rows: Float32Array
  readonly width: number
  readonly targets: Float32Array
  readonly classes: number
}

/** A linear classifier: logits = weight . x + bias. */
export interface LinearModel {
  /** [classes, width] */
  readonly weight: Float32Array
  /** [classes] */
  readonly bias: Float32Array
}

export interface LogisticFit {
  /** Inverse strength of the penalty, as scikit-learn's `C`: loss is `sum(cross-entropy) + |weight|^2 / (2 C)`. */
  readonly c: number
  /** Weight of each row, 0 for rows left out; 1 by default. */
  readonly rowWeights?: Float32Array | undefined
  /** Where to start, for example the solution of a nearby penalty; zero by default. */
  readonly start?: LinearModel | undefined
}

/** Largest gradient component of the mean loss at which a fit counts as solved. */
const tolerance = 2e-5

/**
 * Multinomial logistic regression with an L2 penalty on the weights (not on the bias). Loss and gradient are one graph;
 * L-BFGS walks down it. The rows are handed to the runtime in place, so that many fits on parts of the same rows (by
 * row weights) or with other penalties cost no copies.
 */
export class LogisticRegression {
  private readonly rows: Tensor<'float32'>
  private readonly targets: Tensor<'float32'>

  private constructor(
    private readonly session: Session,
    private readonly examples: Examples,
  ) {
    const { rows, targets, width, classes } = examples
    this.rows = float32(rows, [rows.length / width, width])
    this.targets = float32(targets, [targets.length / classes, classes])
  }

  static async open(examples: Examples, options: DeviceOptions = {}): Promise<LogisticRegression> {
    const { width, classes } = examples
    const count = examples.rows.length / width
    const builder = new GraphBuilder('logistic')
    const x = builder.input('x', 'float32', [count, width])
    const targets = builder.input('targets', 'float32', [count, classes])
    const rowWeights = builder.input('row_weights', 'float32', [count])
    const penalty = builder.input('penalty', 'float32', [])
    const weight = builder.input('weight', 'float32', [classes, width])
    const bias = builder.input('bias', 'float32', [classes])
    const logits = builder.op('Gemm', [x, weight, bias], { transB: 1 })
    const data = crossEntropy(builder, logits, targets, { rowWeights })
    const squares = builder.op('ReduceSum', [builder.op('Mul', [weight, weight])], { keepdims: 0 })
    const loss = builder.op('Add', [data, builder.op('Mul', [squares, penalty])])
    const grads = differentiate(builder, loss, [weight, bias])
    builder.output(loss, 'loss')
    for (const [parameter, grad] of grads) builder.output(grad, `grad.${parameter}`)
    return new LogisticRegression(
      await Session.open(model(expandComposites(builder.build())), options),
      examples,
    )
  }

  /** The minimum of mean cross-entropy + |weight|^2 / (2 C rows). */
  async fit({ c, rowWeights, start }: LogisticFit): Promise<LinearModel> {
    const { width, classes } = this.examples
    const [count] = this.rows.shape
    const weights = rowWeights ?? new Float32Array(count).fill(1)
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    const fixed = {
      x: this.rows,
      targets: this.targets,
      row_weights: float32(weights, [count]),
      penalty: scalar(1 / (2 * c * total)),
    }
    const size = classes * width
    const first = new Float32Array(size + classes)
    if (start) {
      first.set(start.weight)
      first.set(start.bias, size)
    }
    const { point } = await minimize(
      async at => {
        const results = await this.session.run({
          ...fixed,
          weight: float32(at.subarray(0, size), [classes, width]),
          bias: float32(at.subarray(size), [classes]),
        })
        const grad = new Float32Array(at.length)
        grad.set(asFloat32(results['grad.weight'], 'grad.weight').data)
        grad.set(asFloat32(results['grad.bias'], 'grad.bias').data, size)
        return { value: asFloat32(results.loss, 'loss').data[0], grad }
      },
      first,
      { tolerance },
    )
    return { weight: point.slice(0, size), bias: point.slice(size) }
  }

  async close(): Promise<void> {
    await this.session.close()
  }
}

/** Logits [rows][classes] of a linear model. */
export function linearLogits(model: LinearModel, rows: Float32Array, width: number): number[][] {
  const { weight, bias } = model
  return Array.from({ length: rows.length / width }, (_, r) =>
    Array.from(bias, (b, k) => {
      let sum = b
      for (let i = 0; i < width; i++) sum += weight[k * width + i] * rows[r * width + i]
      return sum
    }),
  )
}
