import { describe, expect, it } from 'vitest'
import { ChiquitoError } from '../core/index.js'
import type { Graph, Node } from './graph.js'
import { sortNodes } from './sort-nodes.js'
import { verifyGraph } from './verify.js'

const chain = (length: number): Graph => {
  const node = (i: number): Node => ({
    ...{ name: `n${i}`, op: 'Relu', domain: '', attributes: {} },
    inputs: [i === 0 ? 'x' : `v${i - 1}`],
    outputs: [`v${i}`],
  })
  return {
    name: 'chain',
    inputs: new Map([['x', { dtype: 'float32' as const, shape: [2] }]]),
    outputs: new Map([[`v${length - 1}`, { dtype: 'float32' as const }]]),
    initializers: new Map(),
    types: new Map(),
    nodes: Array.from({ length }, (_, i) => node(i)),
  }
}

describe('sortNodes', () => {
  it('leaves a graph in order as it is', () => {
    const graph = chain(5)
    expect(sortNodes(graph, 'f').nodes).toEqual(graph.nodes)
  })

  it('puts nodes behind what they read, however long the chain', () => {
    const graph = chain(30_000)
    const turned = { ...graph, nodes: graph.nodes.toReversed() }
    expect(sortNodes(turned, 'f').nodes).toEqual(graph.nodes)
  })

  it('moves no more than it must', () => {
    const [a, b, c, d] = chain(4).nodes
    const aside: Node = { ...a, name: 'aside', inputs: ['v2'], outputs: ['aside'] }
    const graph = { ...chain(4), nodes: [a, aside, b, c, d] }
    expect(sortNodes(graph, 'f').nodes.map(({ name }) => name)).toEqual(['n0', 'n1', 'n2', 'aside', 'n3'])
  })

  it('looks into subgraphs: at what they read from outside, and at their own nodes', () => {
    const graph = chain(1)
    const branch: Graph = {
      ...chain(2),
      inputs: new Map(),
      nodes: chain(2)
        .nodes.map(node => ({
          ...node,
          inputs: node.inputs.map(input => (input === 'x' ? 'late' : input)),
        }))
        .toReversed(),
    }
    const choice: Node = {
      ...{ name: 'if', op: 'If', domain: '', inputs: ['which'], outputs: ['y'] },
      attributes: {
        then_branch: { kind: 'graph', value: branch },
        else_branch: { kind: 'graph', value: { ...branch, initializers: new Map() } },
      },
    }
    const late: Node = {
      name: 'late',
      op: 'Relu',
      domain: '',
      inputs: ['x'],
      outputs: ['late'],
      attributes: {},
    }
    const sorted = sortNodes({ ...graph, nodes: [choice, late] }, 'f')
    expect(sorted.nodes.map(({ name }) => name)).toEqual(['late', 'if'])
    const then = sorted.nodes[1].attributes.then_branch
    expect(then.kind === 'graph' && then.value.nodes.map(({ name }) => name)).toEqual(['n0', 'n1'])
  })

  it('refuses a circle, naming a node of it', () => {
    const graph = chain(4)
    const [a, b, c, d] = graph.nodes
    const circle = { ...graph, nodes: [a, { ...b, inputs: ['v2'] }, c, d] }
    expect(() => sortNodes(circle, 'net.onnx')).toThrow(
      /net\.onnx is not a legal model: node n[12] \(Relu\) needs its own result/,
    )
    expect(() => sortNodes(circle, 'f')).toThrow(ChiquitoError)
    const own = { ...graph, nodes: [{ ...a, inputs: ['v0'] }, b, c, d] }
    expect(() => sortNodes(own, 'f')).toThrow(/node n0 \(Relu\)/)
  })

  it('leaves what nothing makes to the verifier', () => {
    const graph = chain(2)
    const [a, b] = graph.nodes
    const sorted = sortNodes({ ...graph, nodes: [b, { ...a, inputs: ['nowhere'] }] }, 'f')
    expect(() => verifyGraph(sorted)).toThrow(/nowhere/)
  })
})
