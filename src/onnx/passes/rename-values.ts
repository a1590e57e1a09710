import type { Graph, Value } from '../graph.js'
import { renameGraph } from '../names.js'
import { namesIn } from '../values.js'

/**
 * The graph with some values under other names. A name wanted that another value has gets a number.
 *
 * @param names new names by present ones.
 */
export function renameValues(graph: Graph, names: ReadonlyMap<Value, Value>): Graph {
  const taken = new Set([...namesIn(graph)].filter(value => !names.has(value)))
  const fresh = (wanted: Value) => {
    let name = wanted
    for (let i = 1; taken.has(name); i++) name = `${wanted}_${i}`
    taken.add(name)
    return name
  }
  const renamed = new Map(Array.from(names, ([value, name]): [Value, Value] => [value, fresh(name)]))
  return renameGraph(graph, renamed, value => renamed.get(value) ?? value)
}
