import type { Tensor } from '../../core/index.js'
import type { Tensors } from '../steps/index.js'
import type { Checkpoint } from './checkpoint.js'

/** A network's weights: those of the trunk that have learnt, and the whole head. */
interface Weights {
  readonly trunk: Tensors
  readonly head: Tensors
}

const prefixes = { trunk: 'trunk.', head: 'head.' } as const

/** Weights as one section keeps them. */
export function weightTensors({ trunk, head }: Weights): Tensors {
  const named = (prefix: string, tensors: Tensors) =>
    Array.from(tensors, ([name, tensor]) => [prefix + name, tensor] as const)
  return new Map([...named(prefixes.trunk, trunk), ...named(prefixes.head, head)])
}

/**
 * The weights in a section that is there.
 * Throws `data` where they do not fit.
 *
 * @param head - weights of the same shapes
 * @param trunk - of all the trunk's weights; asked for only where some have learnt
 */
export function weightsIn(
  checkpoint: Checkpoint,
  section: string,
  head: Tensors,
  trunk: () => ReadonlyMap<string, Tensor>,
): Weights {
  const tensors = [...(checkpoint.get(section)?.tensors ?? [])]
  const part = (prefix: string): Tensors =>
    new Map(
      tensors.flatMap(([name, tensor]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), tensor]] : [],
      ),
    )
  const found = { trunk: part(prefixes.trunk), head: part(prefixes.head) }
  requireShapes(checkpoint, found.head, head)
  if (found.trunk.size > 0) requireShapes(checkpoint, found.trunk, trunk())
  if (found.head.size !== head.size || found.head.size + found.trunk.size !== tensors.length)
    throw checkpoint.broken(`part "${section}" does not hold the weights of this network`)
  return found
}

function requireShapes(checkpoint: Checkpoint, found: Tensors, expected: ReadonlyMap<string, Tensor>): void {
  for (const [name, { shape }] of found)
    if (String(expected.get(name)?.shape) !== String(shape))
      throw checkpoint.broken(`weights "${name}" [${shape}] fit nothing in this network`)
}
