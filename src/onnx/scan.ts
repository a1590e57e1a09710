import { ChiquitoError } from '../core/error.js'
import { fieldsOf, Malformed, textOf } from './wire.js'

// What pages and servers must know of an .onnx file before a runtime opens it, read without a library: pages fetch every byte of it,
// and the weights need not be copied. Field numbers are those of onnx.proto. Also runs in a browser.

/** What a file says of itself, and what it is made of. */
export interface ScannedModel {
  /** `metadata_props`. */
  readonly metadata: ReadonlyMap<string, string>
  readonly producer: string
}

/** Graphs inside graphs, as `If` has them. Networks have none or one. */
const MAX_DEPTH = 8

/** Operators that compute and nothing else: ONNX's own. Those of other domains are known to single runtimes. */
const plainDomains: ReadonlySet<string> = new Set(['', 'ai.onnx'])

/** What helps with every file that is refused. */
const REMEDY = 'Give a model.onnx as "chiquito train" or "chiquito export" wrote it.'

/**
 * Reads the metadata of an .onnx file and refuses what a stranger's file must not hold: operators outside ONNX's own (all of which
 * compute and no more; what a runtime has besides does what it likes), functions of its own, tensors that lie in other files.
 *
 * @param name - what errors call the file
 * @throws `model`
 */
export function scanModel(bytes: Uint8Array, name: string): ScannedModel {
  const refuse = (why: string) => new ChiquitoError('model', `${name} ${why}. ${REMEDY}`)
  const metadata = new Map<string, string>()
  let producer = ''
  let hasGraph = false
  try {
    for (const { field, value } of fieldsOf(bytes)) {
      if (field === 2) producer = textOf(value)
      else if (field === 7) {
        hasGraph = true
        checkGraph(value, refuse, 0)
      } else if (field === 14) {
        const entry = new Map([...fieldsOf(value)].map(one => [one.field, textOf(one.value)]))
        metadata.set(entry.get(1) ?? '', entry.get(2) ?? '')
      } else if (field === 25) throw refuse('defines functions of its own; only plain operators are run')
    }
  } catch (error) {
    if (error instanceof Malformed) throw refuse('is not an ONNX model, or is cut off or damaged')
    throw error
  }
  if (!hasGraph) throw refuse('is not an ONNX model: it has no graph')
  return { metadata, producer }
}

type Refuse = (why: string) => ChiquitoError

/** GraphProto: node = 1, initializer = 5, sparse_initializer = 15. */
function checkGraph(graph: Uint8Array, refuse: Refuse, depth: number): void {
  if (depth > MAX_DEPTH) throw refuse('holds graphs inside graphs, too many to follow')
  for (const { field, value } of fieldsOf(graph)) {
    if (field === 1) checkNode(value, refuse, depth)
    else if (field === 5) checkTensor(value, refuse)
    else if (field === 15) throw refuse('holds sparse tensors; only dense ones are read')
  }
}

/** NodeProto: op_type = 4, domain = 7, attribute = 5. */
function checkNode(node: Uint8Array, refuse: Refuse, depth: number): void {
  let op = ''
  let domain = ''
  for (const { field, value } of fieldsOf(node)) {
    if (field === 4) op = textOf(value)
    else if (field === 7) domain = textOf(value)
    else if (field === 5) checkAttribute(value, refuse, depth)
  }
  if (!plainDomains.has(domain))
    throw refuse(
      `has the operator ${JSON.stringify(op.slice(0, 80))} of ${JSON.stringify(domain.slice(0, 80))}; only ONNX's own are run`,
    )
}

/** AttributeProto: t = 5, g = 6, tensors = 10, graphs = 11. */
function checkAttribute(attribute: Uint8Array, refuse: Refuse, depth: number): void {
  for (const { field, value } of fieldsOf(attribute)) {
    if (field === 5 || field === 10) checkTensor(value, refuse)
    else if (field === 6 || field === 11) checkGraph(value, refuse, depth + 1)
  }
}

/** TensorProto: external_data = 13, data_location = 14. */
function checkTensor(tensor: Uint8Array, refuse: Refuse): void {
  for (const { field, number } of fieldsOf(tensor))
    if (field === 13 || (field === 14 && number !== 0))
      throw refuse('has tensors in other files; everything must be in the one file')
}
