import { argumentError } from '../core/index.js'
import type { GraphBuilder, Value } from '../onnx/index.js'
import { Emitter } from './emit.js'

/** Gradients summed over several steps: the optimiser moves only in the last step of each round. */
export interface Accumulation {
  /** The mean gradients of the round so far, in order: complete in its last step. */
  readonly means: readonly Value[]
  /** What each sum becomes: zero after the last step of the round. */
  readonly sums: ReadonlyMap<Value, Value>
  /** The number of the optimiser's step, counted from 1: a scalar, whole in the last step of a round. */
  readonly step: Value
  /** `fresh` in the last step of a round, `old` in the others. */
  choose(fresh: Value, old: Value): Value
}

/** The input that holds a parameter's summed gradients. */
export function sumName(parameter: Value): Value {
  return `${parameter}.sum`
}

/**
 * Adds the gradients of `rounds` steps up before they are used, as a larger batch would. The sums are inputs
 * `<parameter>.sum`, zero at first.
 *
 * @param step the number of this step, counted from 1: a scalar.
 */
export function accumulate(
  builder: GraphBuilder,
  grads: ReadonlyMap<Value, Value>,
  step: Value,
  rounds: number,
): Accumulation {
  if (!Number.isInteger(rounds) || rounds < 1)
    throw argumentError('accumulate', 'a whole number from 1', rounds)
  if (rounds === 1)
    return { means: [...grads.values()], sums: new Map<Value, Value>(), step, choose: fresh => fresh }
  const e = new Emitter(builder)
  const count = e.floats('float32', [rounds])
  const position = builder.op('Mod', [step, count], { fmod: 1 })
  const isLast = builder.op('Equal', [position, e.floats('float32', [0])])
  const choose = (fresh: Value, old: Value) => builder.op('Where', [isLast, fresh, old])
  const means: Value[] = []
  const sums = new Map<Value, Value>()
  for (const [parameter, grad] of grads) {
    const before = builder.input(sumName(parameter), 'float32', builder.staticShape(parameter))
    const sum = e.add(before, grad)
    means.push(e.mul(sum, 1 / rounds))
    sums.set(before, choose(e.floats('float32', [0]), sum))
  }
  return { means, sums, step: e.div(step, rounds), choose }
}
