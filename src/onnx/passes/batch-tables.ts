import { int64, type Tensor } from '../../core/index.js'
import type { Dim, Graph, Node, Value } from '../graph.js'
import { inferTypes } from '../infer.js'
import { freshName, namesIn } from '../values.js'

/**
 * The graph with tables of positions replaced by what they do to each photo. PyTorch's exporter, shown one photo, writes
 * some views (`as_strided`) as a Gather of fixed positions from all numbers in a row, which fits that number of photos
 * only. Mostly the positions are 0, 1, 2, … and nothing but the shape changes.
 *
 * @param size photos that the graph was exported for.
 */
export function withoutBatchTables(graph: Graph, size: number): Graph {
  const { types, inputs } = inferTypes(graph)
  const shapeOf = (value: Value) => (types.get(value) ?? inputs.get(value))?.shape
  const initializers = new Map(graph.initializers)
  const names = namesIn(graph)
  const constant = (tensor: Tensor, wanted: string) => {
    const name = freshName(wanted, names)
    initializers.set(name, tensor)
    return name
  }
  const makers = new Map(graph.nodes.flatMap(node => node.outputs.map(output => [output, node] as const)))
  const replaced = (node: Node): Node[] => {
    const view = viewOf(node, makers, initializers, shapeOf, size)
    if (!view) return [node]
    const [output] = node.outputs
    const reshape = (to: Value, shape: readonly number[]): Node => ({
      ...{ name: to, op: 'Reshape', domain: '', outputs: [to], attributes: {} },
      inputs: [view.source, constant(int64(shape), `${to}.shape`)],
    })
    if (view.isOrdered) return [reshape(output, view.shape)]
    const rows = freshName(`${output}.rows`, names)
    const positions = constant(
      { dtype: 'int64', shape: view.shape.slice(1), data: view.positions },
      `${output}.positions`,
    )
    const axis = { kind: 'int', value: 1 } as const
    return [reshape(rows, [size, view.width]), { ...node, inputs: [rows, positions], attributes: { axis } }]
  }
  const nodes = graph.nodes.flatMap(replaced)
  return { ...graph, nodes, initializers }
}

interface View {
  readonly source: Value
  /** Numbers of each photo. */
  readonly width: number
  readonly shape: readonly number[]
  /** Where each of the first photo's numbers comes from. */
  readonly positions: BigInt64Array
  readonly isOrdered: boolean
}

/** What a Gather from a row of all numbers does, where it does the same to each photo. */
function viewOf(
  { op, domain, inputs: [row, table], attributes: { axis } }: Node,
  makers: ReadonlyMap<Value, Node>,
  initializers: ReadonlyMap<Value, Tensor>,
  shapeOf: (value: Value) => readonly Dim[] | undefined,
  size: number,
): View | undefined {
  const maker = makers.get(row)
  const tensor = initializers.get(table)
  const isRow = maker?.op === 'Reshape' && maker.domain === '' && shapeOf(row)?.length === 1
  if (op !== 'Gather' || domain !== '' || !isRow || tensor?.dtype !== 'int64') return undefined
  if (axis?.kind === 'int' && Number(axis.value) !== 0) return undefined
  const [source] = maker.inputs
  const width = Number(shapeOf(row)?.[0]) / size
  if (!Number.isInteger(width) || shapeOf(source)?.[0] !== size || tensor.shape[0] !== size) return undefined
  const count = tensor.data.length / size
  const positions = tensor.data.slice(0, count)
  const isSame = tensor.data.every((at, i) => {
    const photo = Math.floor(i / count)
    return at === positions[i % count] + BigInt(photo * width)
  })
  if (!isSame || positions.some(at => at < 0n || at >= BigInt(width))) return undefined
  const isOrdered = count === width && positions.every((at, i) => at === BigInt(i))
  return { source, width, shape: tensor.shape, positions, isOrdered }
}
