import { PickleStandIn, PickleTuple, type PickleValue } from './pickle-values.js'
import { isTensor, type TorchTensor } from './torch.js'

/** Tensors by name, as one network's weights may be. */
export interface FoundTensors {
  /** Where it lies in the file: `state_dict`; empty where it is all of it. */
  readonly path: string
  readonly tensors: ReadonlyMap<string, TorchTensor>
}

/** Most values looked at: dictionaries can hold others many times over. */
const MAX_VISITS = 200_000

/** How deep weights lie in a checkpoint: `state_dict`, `model.state_dict`, `states[0].model`. */
const MAX_DEPTH = 5

/** How deep modules lie in a network. */
const MAX_MODULE_DEPTH = 64

/** Optimisers keep tensors of the same shapes as the weights; none of them are. */
const notWeights =
  /(^|_)(opt|optim|optimizers?|optimizer_states?|schedulers?|lr_schedulers?|scaler|grad_scaler|loops|callbacks)$/i

/**
 * Every set of tensors in what a pickle holds: dictionaries of tensors, and whole networks, whose tensors PyTorch keeps in
 * `_parameters`, `_buffers` and `_modules` (as `state_dict()` would name them). Nothing in it is called.
 */
export function stateDictsIn(object: PickleValue): FoundTensors[] {
  return new Search().run(object)
}

class Search {
  private readonly found: FoundTensors[] = []
  private readonly seen = new Set<PickleValue>()
  private visits = 0

  run(object: PickleValue): FoundTensors[] {
    this.look(object, '', 0)
    return this.found
  }

  private look(value: PickleValue, path: string, depth: number): void {
    if (depth > MAX_DEPTH || this.seen.has(value) || ++this.visits > MAX_VISITS) return
    if (value instanceof PickleStandIn) this.lookAtObject(value, path, depth)
    else if (value instanceof Map) this.lookAtDictionary(value, path, depth)
    else if (Array.isArray(value) || value instanceof PickleTuple) {
      this.seen.add(value)
      const items = Array.isArray(value) ? value : value.items
      for (const [i, item] of items.entries()) this.look(item, `${path}[${i}]`, depth + 1)
    }
  }

  private lookAtDictionary(dict: Map<PickleValue, PickleValue>, path: string, depth: number): void {
    this.seen.add(dict)
    const tensors = new Map<string, TorchTensor>()
    for (const [key, value] of dict) if (typeof key === 'string' && isTensor(value)) tensors.set(key, value)
    if (tensors.size > 0) this.found.push({ path, tensors })
    for (const [key, value] of dict)
      if (typeof key === 'string' && !notWeights.test(key))
        this.look(value, path === '' ? key : `${path}.${key}`, depth + 1)
  }

  private lookAtObject(object: PickleStandIn, path: string, depth: number): void {
    this.seen.add(object)
    const tensors = new Map<string, TorchTensor>()
    if (object.state.get('_modules') instanceof Map) this.addModule(object, '', 0, tensors)
    else if (object.name.startsWith('__torch__')) this.addScript(object, '', 0, tensors)
    if (tensors.size > 0) {
      this.found.push({ path, tensors })
      return
    }
    this.lookAtDictionary(object.state, path, depth)
    this.lookAtDictionary(object.items, path, depth)
  }

  /** A network's tensors as `state_dict()` names them, without what is not kept. */
  private addModule(
    module: PickleStandIn,
    prefix: string,
    depth: number,
    into: Map<string, TorchTensor>,
  ): void {
    if (depth > MAX_MODULE_DEPTH || ++this.visits > MAX_VISITS) return
    const { state } = module
    const passing = state.get('_non_persistent_buffers_set')
    const isPassing = (name: PickleValue) => Array.isArray(passing) && passing.includes(name)
    for (const part of ['_parameters', '_buffers'])
      for (const [name, tensor] of entriesOf(state.get(part)))
        if (typeof name === 'string' && isTensor(tensor) && !isPassing(name)) into.set(prefix + name, tensor)
    for (const [name, child] of entriesOf(state.get('_modules')))
      if (typeof name === 'string' && child instanceof PickleStandIn)
        this.addModule(child, `${prefix}${name}.`, depth + 1, into)
  }

  /** The same of a network compiled by TorchScript: tensors and parts are attributes. */
  private addScript(
    module: PickleStandIn,
    prefix: string,
    depth: number,
    into: Map<string, TorchTensor>,
  ): void {
    if (depth > MAX_MODULE_DEPTH || ++this.visits > MAX_VISITS) return
    for (const [name, value] of module.state) {
      if (typeof name !== 'string') continue
      if (isTensor(value)) into.set(prefix + name, value)
      else if (value instanceof PickleStandIn) this.addScript(value, `${prefix}${name}.`, depth + 1, into)
    }
  }
}

/** Of a dictionary, plain or of a class of its own. */
function entriesOf(value: PickleValue | undefined): Iterable<[PickleValue, PickleValue]> {
  if (value instanceof PickleStandIn) return value.items
  return value instanceof Map ? value : []
}
