import { ChiquitoError } from '../../../core/index.js'
import type { Graph, Node } from '../../../onnx/index.js'

/** Operators of 8-bit networks, in ONNX's own set and in onnxruntime's. */
const quantized =
  /^(QuantizeLinear|DequantizeLinear|DynamicQuantize.*|ConvInteger|MatMulInteger.*|QLinear.*|QGemm|QAttention|QMoE|MatMulNBits|MatMulBnb4|GatherBlockQuantized)$/

/**
 * Refuses files that are made to run only, naming what they are and what to use instead: 8-bit ones, and those in
 * operators of one runtime's optimiser.
 */
export function refuseForRuntimesOnly(graph: Graph, file: string): void {
  const nodes = allNodes(graph)
  const small = nodes.find(({ op }) => quantized.test(op))
  if (small)
    throw new ChiquitoError(
      'model',
      `${file} is an 8-bit network (its node ${nameOf(small)} is ${small.op}): its weights are rounded, and no gradient passes through the rounding. Give the file that it was made from, in float32 or float16 (such as model.onnx or model_fp16.onnx beside model_quantized.onnx).`,
    )
  const foreign = nodes.find(({ domain }) => domain !== '' && domain !== 'ai.onnx')
  if (foreign)
    throw new ChiquitoError(
      'model',
      `${file} cannot be a backbone: its node ${nameOf(foreign)} is ${foreign.op} of ${foreign.domain}, which is not one of ONNX's own operators. ${remedyFor(foreign.domain)}`,
    )
}

function remedyFor(domain: string): string {
  if (domain.startsWith('com.microsoft'))
    return "Such nodes come from onnxruntime's optimiser: give the file as it was exported, before optimisation (optimum-cli and Olive: without optimisation)."
  if (domain === 'ai.onnx.ml')
    return 'This is what scikit-learn and other tools for tables export; expected is a neural network that classifies photos.'
  return "Expected is a network in ONNX's own operators, such as torch.onnx.export writes."
}

function allNodes(graph: Graph): Node[] {
  return graph.nodes.flatMap(node => [
    node,
    ...Object.values(node.attributes).flatMap(attribute =>
      attribute.kind === 'graph' ? allNodes(attribute.value) : [],
    ),
  ])
}

const nameOf = ({ name, outputs }: Node) => name || outputs[0]
