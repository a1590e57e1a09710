import { ChiquitoError, elementBytes } from '../../core/index.js'
import { readPickle, refuse } from './pickle.js'
import type { PickleRules, PickleValue } from './pickle-values.js'
import { type TorchStorage, torchRules } from './torch.js'

// The format of PyTorch before 1.6, still found in published weights: five pickles in a row (magic number, protocol
// version, system, the object, the keys of its storages), then each storage as a count and raw elements.

/** How such a file begins, behind the pickle's protocol and, in later protocols, a frame: the magic number. */
const magic = Buffer.from([0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e])
const farthestMagic = 11
const protocolVersion = 1001

/** Whether the bytes begin like a legacy file. */
export function isLegacy(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, farthestMagic + magic.length))
  return bytes[0] === 0x80 && start.includes(magic)
}

/** The object of a legacy file, and the bytes of each storage by key. */
export function readLegacy(bytes: Uint8Array): { object: PickleValue; storages: Map<string, Uint8Array> } {
  const known = new Map<string, TorchStorage>()
  const number = readPickle(bytes, 0, nothingAllowed)
  const protocol = readPickle(bytes, number.end, nothingAllowed)
  if (protocol.value !== protocolVersion)
    refuse(`is of format ${shown(protocol.value)}; ${protocolVersion} is read`)
  const system = readPickle(bytes, protocol.end, nothingAllowed)
  if (!(system.value instanceof Map) || system.value.get('little_endian') !== true)
    refuse('was not written on a little-endian machine')
  const object = readPickle(bytes, system.end, remembering(known))
  const keys = readPickle(bytes, object.end, nothingAllowed)
  if (!Array.isArray(keys.value)) refuse('does not list its storages')
  return { object: object.value, storages: readStorages(bytes, keys.end, keys.value, known) }
}

const nothingAllowed: PickleRules = {
  globals: new Map(),
  persistent: () => refuse('refers to a storage where none may be'),
}

/** PyTorch's rules, keeping the storages mentioned: only there is it said what they hold. */
function remembering(known: Map<string, TorchStorage>): PickleRules {
  return {
    ...torchRules,
    persistent: id => {
      const storage = torchRules.persistent(id)
      if (isStorage(storage)) known.set(storage.key, storage)
      return storage
    },
  }
}

function readStorages(
  bytes: Uint8Array,
  start: number,
  keys: readonly PickleValue[],
  known: ReadonlyMap<string, TorchStorage>,
): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const storages = new Map<string, Uint8Array>()
  let at = start
  for (const key of keys) {
    const storage = typeof key === 'string' ? known.get(key) : undefined
    if (!storage) throw new ChiquitoError('model', `it holds storage ${shown(key)}, which no tensor uses`)
    if (at + 8 > bytes.length) throw cutOff(storage)
    const length = Number(view.getBigUint64(at, true))
    if (length !== storage.length)
      throw new ChiquitoError(
        'model',
        `storage ${storage.key} has ${length} elements where its tensors say ${storage.length}`,
      )
    const end = at + 8 + length * elementBytes[storage.dtype]
    if (end > bytes.length) throw cutOff(storage)
    storages.set(storage.key, bytes.subarray(at + 8, end))
    at = end
  }
  return storages
}

/** A value for a message. Lists are not written out: one that holds itself, or others many times, has no end. */
function shown(value: PickleValue): string {
  if (typeof value === 'string') return value.length > 40 ? `${value.slice(0, 40)}…` : value
  return typeof value === 'number' ? String(value) : '(neither text nor number)'
}

function isStorage(value: PickleValue): value is TorchStorage {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'storage'
}

function cutOff(storage: TorchStorage): ChiquitoError {
  return new ChiquitoError('model', `it is cut off inside storage ${storage.key}; download it again`)
}
