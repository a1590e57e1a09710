import { Emitter } from '../autodiff/index.js'
import { ChiquitoError, sizeOf, type Tensor } from '../core/index.js'
import { type Graph, GraphBuilder, type Node, type Value } from '../onnx/index.js'
import { BlockedOps } from './blocked-ops.js'
import { Filters } from './filters.js'
import { type Formulation, keyOfFormulation } from './formulation.js'
import { type Fusion, fusionsOf } from './fuse.js'
import { floatShape } from './known-shape.js'
import type { Norm } from './norm.js'
import { Tables } from './tables.js'

/** Images in the blocked layout, in one or several parts of the batch: what one part takes fits the processor's cache. */
export interface Blocked {
  /** Each [part of the batch, channels filled up to whole blocks, height, width]. */
  readonly parts: readonly Value[]
  /** [batch, channels, height, width] of the whole. */
  readonly shape: readonly number[]
}

/**
 * A part of a map of this many bytes stays in the cache between the operators that pass over it. Of 1 to 16 MiB, this
 * was fastest for EfficientNet-Lite0 at 224 px.
 */
const cachedBytes = 5 * 2 ** 20

/**
 * Rewrites a graph for the blocked layout, node by node. A value may lie there as it is in ONNX (plain), in blocks, or
 * both; whoever reads it says which it wants, and what is not there yet is made once. So reorders stand only where a
 * node that can work on blocks meets one that cannot.
 */
export class Lowering {
  readonly builder: GraphBuilder
  readonly e: Emitter
  readonly ops: BlockedOps
  readonly filters: Filters
  readonly tables: Tables
  /** How convolutions were written, by key. */
  readonly formulations = new Map<string, Formulation>()
  /** Batch norms in training mode, by the value of their means. */
  readonly norms = new Map<Value, Norm>()
  private readonly plains = new Map<Value, Value>()
  private readonly blockeds = new Map<Value, Map<number, Blocked>>()
  private readonly native = new Map<Value, Blocked>()
  private readonly plainParts = new Map<string, readonly Value[]>()
  private readonly fusions: ReadonlyMap<Node, Fusion>
  private readonly done = new Set<Node>()
  private readonly constants = new Map<Value, Tensor>()

  constructor(
    readonly graph: Graph,
    block: number,
    /** Keys of formulations that must not be used. */
    private readonly refused: ReadonlySet<string> = new Set(),
    private readonly partBytes: number = cachedBytes,
  ) {
    this.builder = new GraphBuilder(graph.name)
    this.e = new Emitter(this.builder)
    this.ops = new BlockedOps(this.builder, block)
    this.tables = new Tables(this.builder)
    this.filters = new Filters(this.e, this.ops, this.tables)
    this.fusions = fusionsOf(graph)
    for (const [value, tensor] of graph.initializers)
      if (!graph.inputs.has(value)) this.constants.set(value, tensor)
    for (const { op, domain, outputs, attributes } of graph.nodes)
      if (op === 'Constant' && domain === '' && attributes.value?.kind === 'tensor')
        this.constants.set(outputs[0], attributes.value.value)
  }

  /** Whether a node was done together with another. */
  isDone(node: Node): boolean {
    return this.done.has(node)
  }

  /** Whether a convolution may be written so; it then counts as used. */
  accepts(formulation: Formulation): boolean {
    const key = keyOfFormulation(formulation)
    if (this.refused.has(key)) return false
    this.formulations.set(key, formulation)
    return true
  }

  /** What can be done in the same pass as the node; `finish` tells that it was. */
  fusionOf(node: Node): Fusion | undefined {
    return this.fusions.get(node)
  }

  finish(fusion: Fusion): void {
    for (const node of fusion.nodes) this.done.add(node)
  }

  /** The shape of a float32 image [batch, channels, height, width] with all dimensions known; undefined for others. */
  imageShape(value: Value): readonly number[] | undefined {
    const shape = this.shape(value)
    return shape?.length === 4 && sizeOf(shape) > 0 ? shape : undefined
  }

  /** The shape of a float32 value with all dimensions known; undefined for others. */
  shape(value: Value): readonly number[] | undefined {
    return floatShape(this.graph, value)
  }

  /** The tensor behind a constant of the source graph. */
  constant(value: Value): Tensor | undefined {
    return this.constants.get(value)
  }

  /** The blocks of a value that came out in them. */
  blocksOf(value: Value): Blocked | undefined {
    return this.native.get(value)
  }

  setBlocked(value: Value, parts: readonly Value[], shape: readonly number[]): void {
    const blocked = { parts, shape }
    this.native.set(value, blocked)
    this.blockeds.set(value, new Map([[parts.length, blocked]]))
  }

  /** Names of plain values in the new graph, where they differ. */
  get renamed(): Map<Value, Value> {
    return this.plains
  }

  setPlain(value: Value, plain: Value): void {
    this.plains.set(value, plain)
  }

  /** How many parts a map of this shape is worked on in. */
  partsFor([batch, channels, ...sizes]: readonly number[]): number {
    const bytes = 4 * batch * this.ops.padded(channels) * sizeOf(sizes)
    for (let count = 1; count < batch; count++)
      if (batch % count === 0 && bytes / count <= this.partBytes) return count
    return batch
  }

  /** The value in blocks, in so many parts. */
  blocked(value: Value, count: number): Blocked {
    const found = this.blockeds.get(value)
    const wanted = found?.get(count)
    if (wanted) return wanted
    const from = this.native.get(value)
    const made = from
      ? { parts: this.divide(from.parts, count), shape: from.shape }
      : this.enter(value, count)
    if (found) found.set(count, made)
    else this.blockeds.set(value, new Map([[count, made]]))
    return made
  }

  /** The value as ONNX has it, under its name in the new graph. */
  plain(value: Value): Value {
    const found = this.plains.get(value)
    if (found !== undefined) return found
    const blocked = this.native.get(value)
    if (!blocked) return value
    const plain = this.e.concat(this.plainPartsOf(value, blocked.parts.length), 0)
    this.plains.set(value, plain)
    return plain
  }

  /** The value as ONNX has it, in so many parts of the batch. */
  plainPartsOf(value: Value, count: number): readonly Value[] {
    const key = `${count} ${value}`
    const found = this.plainParts.get(key)
    if (found) return found
    const made =
      this.native.has(value) && !this.plains.has(value)
        ? this.leave(this.blocked(value, count))
        : this.divide([this.plain(value)], count)
    this.plainParts.set(key, made)
    return made
  }

  private enter(value: Value, count: number): Blocked {
    const shape = this.imageShape(value)
    if (!shape) throw new ChiquitoError('model', `${value} is no image of known size, so it has no blocks.`)
    const { ops, e, tables } = this
    const [, channels, ...sizes] = shape
    const parts = this.plainPartsOf(value, count).map(part => {
      const single = sizeOf(sizes) === 1
      const filled = single ? ops.padded(channels) : Math.ceil(channels / 4) * 4
      const [n] = this.builder.staticShape(part)
      const full =
        filled === channels ? part : e.concat([part, tables.zeros([n, filled - channels, ...sizes])], 1)
      // One point for each channel is the same in both layouts.
      return single ? full : ops.reorderInput(full)
    })
    return { parts, shape }
  }

  private leave({ parts, shape: [, channels, ...sizes] }: Blocked): Value[] {
    const single = sizeOf(sizes) === 1
    return parts.map(part => {
      if (!single) return this.ops.reorderOutput(part, channels)
      return channels === this.builder.staticShape(part)[1] ? part : this.e.slice(part, 1, 0, channels)
    })
  }

  /** Parts of the batch, joined or divided to so many. */
  divide(parts: readonly Value[], count: number): readonly Value[] {
    const { e } = this
    if (parts.length === count) return parts
    if (parts.length % count === 0) {
      const each = parts.length / count
      return Array.from({ length: count }, (_, i) => e.concat(parts.slice(i * each, (i + 1) * each), 0))
    }
    if (count % parts.length !== 0) return this.divide([e.concat(parts, 0)], count)
    const pieces = count / parts.length
    return parts.flatMap(part => {
      const size = this.builder.staticShape(part)[0] / pieces
      const sizes = e.ints(Array.from({ length: pieces }, () => size))
      return this.builder.ops('Split', [part, sizes], { axis: 0 }, pieces)
    })
  }
}
