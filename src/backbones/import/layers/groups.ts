import type { Value } from '../../../onnx/index.js'
import type { LayerGroup } from '../../backbone.js'
import type { GraphView } from '../view/index.js'
import type { ImportedLayer } from './layers.js'
import type { Parameter } from './parameters.js'

/** Maps of this step and finer belong to the early layers, as in fastai's ResNets. */
const earlyStride = 8

/**
 * Weights in two groups: those before the last map of 8 pixels a step, and the rest. A network without such maps is
 * split so that as many layers lie before as after.
 *
 * @param parameters in the order of use.
 */
export function groupsOf(
  view: GraphView,
  layers: readonly ImportedLayer[],
  parameters: readonly Parameter[],
): LayerGroup[] {
  const border = layers.findLast(({ stride = earlyStride + 1 }) => stride <= earlyStride)
  const goesOn = layers.some(({ stride = 0 }) => stride > earlyStride)
  const count = border && goesOn ? countBefore(view, border.value, parameters) : halfOf(view, parameters)
  return [
    { name: 'early', parameters: parameters.slice(0, count).map(({ value }) => value) },
    { name: 'late', parameters: parameters.slice(count).map(({ value }) => value) },
  ].filter(group => group.parameters.length > 0)
}

function countBefore(view: GraphView, border: Value, parameters: readonly Parameter[]): number {
  const { nodes } = view.graph
  const end = nodes.findIndex(node => node.outputs.includes(border))
  const positions = new Map(nodes.map((node, i) => [node, i]))
  return parameters.filter(({ node }) => (positions.get(node) ?? 0) <= end).length
}

/** Vectors (biases, norms) stay with the layer before them. */
function halfOf(view: GraphView, parameters: readonly Parameter[]): number {
  const starts = parameters.flatMap(({ value }, i) => ((view.shape(value)?.length ?? 0) > 1 ? [i] : []))
  return starts[Math.ceil(starts.length / 2)] ?? parameters.length
}
