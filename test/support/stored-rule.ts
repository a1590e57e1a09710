import { expect, it } from 'vitest'
import { differentiate } from '../../src/autodiff/differentiate.js'
import { Emitter } from '../../src/autodiff/emit.js'
import type { DType } from '../../src/core/index.js'
import { GraphBuilder, type Value } from '../../src/onnx/index.js'
import { evaluateGraph } from './evaluate-graph.js'
import { expectClose, type Stored, toTensor } from './stored.js'

/** One operator as scripts/fixtures/rules.py writes it: gradients of the weighted sum of its outputs. */
export interface StoredCase {
  readonly inputs: Stored[]
  readonly outputs: Stored[]
  readonly weights: Stored[]
  readonly grads: (Stored | null)[]
}

export type Build = (b: GraphBuilder, x: Value[]) => Value | Value[]

// Forward and backward have their own tolerances; float32 ones allow for the order of sums.
const precisions = [
  { dtype: 'float32', forward: 2e-6, backward: 1e-5 },
  { dtype: 'float64', forward: 1e-9, backward: 1e-9 },
] as const

/**
 * Holds each build, by name, to the stored case of that name, in float32 and in float64.
 * @param singleOnly those that the runtime computes in float32 only; a double can be tested with no others.
 */
export function testStoredCases(
  stored: Readonly<Record<string, StoredCase>>,
  builds: Readonly<Record<string, Build>>,
  singleOnly: (name: string) => boolean,
): void {
  it('has a build for every stored case', () => {
    expect(Object.keys(builds).sort()).toEqual(Object.keys(stored).sort())
  })

  for (const { dtype, forward, backward } of precisions)
    it.each(Object.keys(builds).filter(name => dtype === 'float32' || !singleOnly(name)))(
      `%s in ${dtype}`,
      async name => {
        const results = await run(name, builds[name], stored[name], dtype)
        for (const [i, output] of stored[name].outputs.entries())
          expectClose(results[`y${i}`], output, forward, `output ${i}`)
        for (const [i, grad] of stored[name].grads.entries())
          if (grad) expectClose(results[`dx${i}`], grad, backward, `gradient ${i}`)
      },
    )
}

async function run(name: string, build: Build, { inputs, weights }: StoredCase, dtype: DType) {
  const builder = new GraphBuilder(name)
  const e = new Emitter(builder)
  const tensors = inputs.map(input => toTensor(input, dtype))
  const x = tensors.map((tensor, i) => builder.input(`x${i}`, tensor.dtype, tensor.shape))
  const outputs = [build(builder, x)].flat()
  const parts = outputs.map((y, i) => {
    const weighted = e.mul(y, builder.constant(toTensor(weights[i], dtype)))
    return e.reduceSum(weighted, undefined, false)
  })
  const [first, ...rest] = parts
  const trained = x.filter((_, i) => tensors[i].dtype === dtype)
  const grads = differentiate(builder, e.sumOf([first, ...rest]), trained)
  outputs.forEach((y, i) => {
    builder.output(y, `y${i}`)
  })
  for (const [value, grad] of grads) builder.output(grad, `d${value}`)
  return evaluateGraph(builder.build(), Object.fromEntries(x.map((value, i) => [value, tensors[i]])))
}
