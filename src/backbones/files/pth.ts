import { ChiquitoError, elementBytes, type Tensor } from '../../core/index.js'
import type { PickleValue } from './pickle.js'
import { isLegacy, readLegacy } from './pth-legacy.js'
import { isZip, readZip } from './pth-zip.js'
import { isTensor, materialize, type TorchTensor } from './torch.js'

/** Most tensors read from one file; networks of a thousand layers have under ten thousand. */
const MAX_TENSORS = 100_000

/**
 * Bytes of tensors that may be copied, in sizes of the file. Once is enough for a state dict; some tie weights, so that
 * the same bytes are copied for each name. Without this, small files could ask for endless copies.
 */
const MAX_COPIES = 4

/** Under these names a training checkpoint keeps the state dict it wraps. */
const wrappers = ['state_dict', 'model_state_dict', 'model']

/**
 * Reads the tensors of a state dict written by `torch.save`, in today's zip format or the older one, without running
 * anything in it.
 *
 * Tensors that lie in order share memory with `bytes`. Entries that are not tensors are left out.
 *
 * @param bytes the file.
 * @param name the file's name, for messages.
 * @throws ChiquitoError `model`: what is wrong with the file, or the name of what it wanted to run.
 */
export async function readPth(bytes: Uint8Array, name: string): Promise<Map<string, Tensor>> {
  try {
    if (isLegacy(bytes)) return tensorsOf(readLegacy(bytes), bytes.length)
    if (isZip(bytes)) return tensorsOf(await readZip(bytes), bytes.length)
    throw new ChiquitoError('model', 'it begins neither like a zip nor like an older file of torch.save')
  } catch (error) {
    if (!(error instanceof ChiquitoError)) throw error
    throw new ChiquitoError('model', `${name} cannot be read as PyTorch weights: ${error.message}.`, {
      cause: error,
    })
  }
}

interface Contents {
  readonly object: PickleValue
  readonly storages: ReadonlyMap<string, Uint8Array>
}

function tensorsOf({ object, storages }: Contents, fileBytes: number): Map<string, Tensor> {
  let copied = 0
  const allowCopy = (bytes: number) => {
    copied += bytes
    if (copied > MAX_COPIES * fileBytes)
      throw new ChiquitoError('model', 'its tensors need far more memory than the file has')
  }
  const tensors = new Map<string, Tensor>()
  for (const [key, value] of stateDict(object)) {
    if (typeof key !== 'string' || !isTensor(value)) continue
    tensors.set(key, materialize(value, storageBytes(value, key, storages), allowCopy))
    if (tensors.size > MAX_TENSORS)
      throw new ChiquitoError('model', `it has more than ${MAX_TENSORS} tensors`)
  }
  if (tensors.size === 0) throw new ChiquitoError('model', 'it holds no tensors')
  return tensors
}

function stateDict(object: PickleValue): ReadonlyMap<PickleValue, PickleValue> {
  if (!(object instanceof Map))
    throw new ChiquitoError(
      'model',
      'it holds something other than a dictionary of tensors; save the state dict: torch.save(model.state_dict(), FILE)',
    )
  for (const wrapper of wrappers) {
    const inner = object.get(wrapper)
    if (inner instanceof Map) return inner
  }
  return object
}

function storageBytes(
  { storage }: TorchTensor,
  name: string,
  storages: ReadonlyMap<string, Uint8Array>,
): Uint8Array {
  const bytes = storages.get(storage.key)
  const expected = storage.length * elementBytes[storage.dtype]
  if (!bytes) throw new ChiquitoError('model', `storage ${storage.key} of tensor ${name} is missing`)
  if (bytes.length < expected)
    throw new ChiquitoError(
      'model',
      `storage ${storage.key} of tensor ${name} has ${bytes.length} bytes where ${expected} are needed`,
    )
  return bytes
}
