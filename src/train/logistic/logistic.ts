import { crossEntropy, differentiate, expandComposites } from '../../autodiff/index.js'
import { asFloat32, breather, float32, scalar, type Tensor, throwIfAborted } from '../../core/index.js'
import { type DeviceOptions, Session } from '../../engine/index.js'
import { GraphBuilder, model } from '../../onnx/index.js'
import { minimize, type Objective } from './lbfgs.js'

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
  /** Ends the fit between two looks at the rows. */
  readonly signal?: AbortSignal | undefined
}

/** Largest gradient component of the mean loss at which a fit counts as solved. */
const tolerance = 2e-5

/**
 * Products of a row with a weight that one run of the graph does at most: a run keeps the thread, and Ctrl-C should be
 * heard within a second on a slow machine, too. Rows of more are looked at piece by piece.
 */
const mostProducts = 4e9

/** Rows that go through the graph together. */
interface Piece {
  readonly from: number
  readonly to: number
  readonly rows: Tensor<'float32'>
  readonly targets: Tensor<'float32'>
}

/**
 * Multinomial logistic regression with an L2 penalty on the weights (not on the bias). Loss and gradient are one graph;
 * L-BFGS walks down it. The rows are handed to the runtime in place, so that many fits on parts of the same rows (by
 * row weights) or with other penalties cost no copies.
 */
export class LogisticRegression {
  private constructor(
    private readonly session: Session,
    private readonly examples: Examples,
    private readonly pieces: readonly Piece[],
  ) {}

  /** @param most products of a row with a weight in one run of the graph; for tests. */
  static async open(
    examples: Examples,
    options: DeviceOptions = {},
    most: number = mostProducts,
  ): Promise<LogisticRegression> {
    const { width, classes } = examples
    const pieces = piecesOf(examples, most)
    const count = pieces.length === 1 ? pieces[0].to : 'rows'
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
      pieces,
    )
  }

  /**
   * The minimum of mean cross-entropy + |weight|^2 / (2 C rows).
   * Throws `interrupted` when the signal has fired.
   */
  async fit({ c, rowWeights, start, signal }: LogisticFit): Promise<LinearModel> {
    const { width, classes, rows } = this.examples
    const weights = rowWeights ?? new Float32Array(rows.length / width).fill(1)
    const total = sum(weights)
    const penalty = scalar(1 / (2 * c * total))
    const size = classes * width
    const first = new Float32Array(size + classes)
    if (start) {
      first.set(start.weight)
      first.set(start.bias, size)
    }
    const objective: Objective = async at => {
      let value = 0
      const grad = new Float32Array(at.length)
      for (const { from, to, rows, targets } of this.pieces) {
        throwIfAborted(signal)
        const own = weights.subarray(from, to)
        const share = this.pieces.length === 1 ? 1 : sum(own) / total
        // What is left out whole has no mean, and counts for nothing.
        if (share === 0) continue
        const results = await this.session.run({
          x: rows,
          targets,
          row_weights: float32(own, [to - from]),
          penalty,
          weight: float32(at.subarray(0, size), [classes, width]),
          bias: float32(at.subarray(size), [classes]),
        })
        value += share * asFloat32(results.loss, 'loss').data[0]
        addTo(grad.subarray(0, size), asFloat32(results['grad.weight'], 'grad.weight').data, share)
        addTo(grad.subarray(size), asFloat32(results['grad.bias'], 'grad.bias').data, share)
      }
      return { value, grad }
    }
    const { point } = await minimize(objective, first, { tolerance })
    return { weight: point.slice(0, size), bias: point.slice(size) }
  }

  async close(): Promise<void> {
    await this.session.close()
  }
}

function piecesOf({ rows, targets, width, classes }: Examples, most: number): Piece[] {
  const count = rows.length / width
  const each = Math.max(1, Math.ceil(count / Math.ceil((rows.length * classes) / most)))
  return Array.from({ length: Math.ceil(count / each) }, (_, piece) => {
    const from = piece * each
    const to = Math.min(count, from + each)
    return {
      from,
      to,
      rows: float32(rows.subarray(from * width, to * width), [to - from, width]),
      targets: float32(targets.subarray(from * classes, to * classes), [to - from, classes]),
    }
  })
}

function sum(values: Float32Array): number {
  let total = 0
  for (let i = 0; i < values.length; i++) total += values[i]
  return total
}

function addTo(into: Float32Array, values: Float32Array, factor: number): void {
  for (let i = 0; i < into.length; i++) into[i] += factor * values[i]
}

/** Logits [rows][classes] of a linear model, in double precision. Throws `interrupted` when the signal has fired. */
export async function linearLogits(
  { weight, bias }: LinearModel,
  rows: Float32Array,
  width: number,
  signal?: AbortSignal,
): Promise<number[][]> {
  const breathe = breather(signal)
  const logits: number[][] = []
  for (let at = 0; at < rows.length; at += width) {
    logits.push(logitsOf(weight, bias, rows.subarray(at, at + width)))
    await breathe()
  }
  return logits
}

function logitsOf(weight: Float32Array, bias: Float32Array, row: Float32Array): number[] {
  const logits = new Array<number>(bias.length)
  for (let k = 0; k < bias.length; k++) {
    const own = k * row.length
    let sum = bias[k]
    for (let i = 0; i < row.length; i++) sum += weight[own + i] * row[i]
    logits[k] = sum
  }
  return logits
}
