import { asFloat32, float32, type Tensor, throwIfAborted, type WorkOptions } from '../../core/index.js'
import { type DeviceOptions, Session } from '../../engine/index.js'
import { type Graph, model, startFrom, type Value } from '../../onnx/index.js'

/** A photo learnt from, as one network sees it. */
export interface Seen {
  /** Values that `known` is made of, a row each; probabilities among them. */
  readonly values: ReadonlyMap<Value, Float32Array>
  /** Its own row among the remembered photos; undefined where it is not one of them. */
  readonly row: number | undefined
}

/**
 * How familiar photos learnt from are, `known` of each, compared with the others alone: its own row counts as nothing.
 *
 * @param scales name of what the products with the rows are multiplied by, and its values
 * @returns undefined where it is made of more than the values given
 */
export async function knownWithoutOwn(
  graph: Graph,
  photos: readonly Seen[],
  { name, values }: { readonly name: Value; readonly values: Float32Array },
  { signal, ...device }: DeviceOptions & Pick<WorkOptions, 'signal'>,
): Promise<number[] | undefined> {
  const from = [...(photos[0]?.values.keys() ?? [])]
  const behind = startFrom(graph, from)
  const known = behind.outputs.get('known')
  if (!known || [...behind.inputs.keys()].some(input => !from.includes(input))) return undefined
  const initializers = new Map(behind.initializers)
  initializers.delete(name)
  const session = await Session.open(
    model({
      ...behind,
      initializers,
      inputs: new Map(behind.inputs).set(name, { dtype: 'float32', shape: [1, values.length] }),
      outputs: new Map([['known', known]]),
      types: new Map(),
    }),
    { ...device, name: 'what is known of photos' },
  )
  const found: number[] = []
  try {
    for (const { values: own, row } of photos) {
      throwIfAborted(signal)
      const scales = values.slice()
      if (row !== undefined) scales[row] = 0
      const feeds: [Value, Float32Array][] = [...own, [name, scales]]
      const needed = feeds
        .filter(([input]) => session.inputs.has(input))
        .map(([input, data]): [Value, Tensor] => [input, float32(data, [1, data.length])])
      const answer = await session.run(Object.fromEntries(needed))
      found.push(asFloat32(answer.known, 'known').data[0])
    }
  } finally {
    await session.close()
  }
  return found
}

/**
 * The threshold below which as many of the same photos lie now as did before; the one there was, where it does so as well as any.
 *
 * @param before `known` of each photo
 * @param after the same, by the other network
 */
export function sameShare(before: readonly number[], after: readonly number[], threshold: number): number {
  const wanted = before.filter(known => known < threshold).length
  const sorted = [...new Set(after)].sort((a, b) => a - b)
  const between = sorted.slice(1).map((value, i) => (sorted[i] + value) / 2)
  const off = (limit: number) => Math.abs(after.filter(known => known < limit).length - wanted)
  const best = [threshold, ...between].reduce((a, b) =>
    off(b) < off(a) || (off(b) === off(a) && Math.abs(b - threshold) < Math.abs(a - threshold)) ? b : a,
  )
  return Number(best.toPrecision(6))
}
