import { describe, expect, it } from 'vitest'
import { float32, int64 } from '../core/index.js'
import { type Graph, GraphBuilder, type Value } from '../onnx/index.js'
import { Explainer } from './explainer.js'
import { lastMaps } from './last-maps.js'
import { withExplanation } from './with-explanation.js'

/** Two classes, told apart by how red and how blue an 8 x 8 photo is on average. */
function classifier(between: (b: GraphBuilder, map: Value) => Value): Graph {
  const b = new GraphBuilder('colours')
  const pixels = b.input('pixels', 'uint8', ['batch', 8, 8, 3])
  const map = b.op('Cast', [b.op('Transpose', [pixels], { perm: [0, 3, 1, 2] })], { to: 'float32' })
  const weight = b.initializer('weight', float32([0.01, 0, 0, 0, 0, 0.01], [2, 3]))
  const logits = b.op('Gemm', [between(b, map), weight], { transB: 1 })
  b.output(b.op('Softmax', [logits], { axis: 1 }), 'probabilities')
  b.output(logits, 'logits')
  return b.build()
}

const pooled = (b: GraphBuilder, map: Value) => b.op('Flatten', [b.op('GlobalAveragePool', [map])])

async function opened(graph: Graph): Promise<Explainer> {
  const explainer = await Explainer.open(graph, { threads: 1 })
  if ('why' in explainer) throw new Error(explainer.why)
  return explainer
}

describe('Explainer', () => {
  it('gives each place its share of the log-odds, exactly as they come about', async () => {
    const view = new Uint8Array(8 * 8 * 3)
    // A red place and a weaker blue one.
    view.set([200, 0, 0], 0)
    view.set([0, 0, 120], 63 * 3)
    const explainer = await opened(classifier(pooled))
    const explained = await explainer.explain(view, 8)
    await explainer.close()
    if ('why' in explained) throw new Error(explained.why)
    expect(explained.top).toBe(0)
    const { width, height, values } = explained.map
    expect([width, height]).toEqual([8, 8])
    expect(values[0]).toBeCloseTo(2 / 64, 6)
    expect(values[63]).toBeCloseTo(-1.2 / 64, 6)
    expect(Math.max(...values.slice(1, 63).map(Math.abs))).toBeLessThan(1e-6)
  })

  it('says so where a gradient is no number', async () => {
    const explainer = await opened(
      classifier((b, map) => {
        const means = pooled(b, map)
        return b.op('Add', [means, b.op('Sqrt', [b.op('Sub', [means, means])])])
      }),
    )
    expect(await explainer.explain(new Uint8Array(192).fill(9), 8)).toEqual({
      why: 'its gradients for this photo are no numbers',
    })
    await explainer.close()
  })

  it('says why not behind a step', () => {
    const graph = classifier((b, map) => b.op('Hardmax', [pooled(b, map)], { axis: 1 }))
    expect(withExplanation(graph)).toEqual({
      why: expect.stringMatching(/^there are no gradients of it: .*Hardmax.*[^.]$/),
    })
  })
})

describe('lastMaps', () => {
  it('is no longer about it the oftener values are read twice', () => {
    const graph = classifier((b, map) => {
      let value = b.op('Reshape', [
        b.op('Reshape', [map, b.constant(int64([-1, 192]))]),
        b.constant(int64([-1, 3, 8, 8])),
      ])
      for (let i = 0; i < 200; i++) value = b.op('Add', [value, value])
      const flat = b.op('Flatten', [value])
      return b.op('MatMul', [flat, b.initializer('mix', float32(new Float32Array(576).fill(0.01), [192, 3]))])
    })
    // Behind a reshape nobody knows what is where.
    expect(lastMaps(graph, 'pixels', ['logits'])).toEqual({ why: expect.stringContaining('Flatten') })
  })

  it.each(['probabilities', 'logits'])('is not asked without %s', name => {
    const graph = classifier(pooled)
    const outputs = new Map([...graph.outputs].filter(([output]) => output !== name))
    expect(withExplanation({ ...graph, outputs })).toEqual({ why: `it has no output "${name}"` })
  })
})
