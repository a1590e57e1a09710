import { ChiquitoError, type DType, elementBytes, type Tensor } from '../../core/index.js'
import type { PickleValue } from './pickle-values.js'
import { isLegacy, readLegacy } from './pth-legacy.js'
import { isZip, readZip } from './pth-zip.js'
import { stateDictsIn } from './state-dicts.js'
import { materialize, type TorchTensor } from './torch.js'

/** Most tensors read from one file; networks of a thousand layers have under ten thousand. */
const MAX_TENSORS = 100_000

/**
 * Bytes of tensors that may be copied, in sizes of the file. Once is enough for a state dict; some tie weights, so that
 * the same bytes are copied for each name. Without this, small files could ask for endless copies.
 */
const MAX_COPIES = 4

/** Tensors by name that may be a network's weights; they are read when they are asked for. */
export interface TensorSet {
  /** Where in the file they lie: `state_dict`; empty where they are all of it. */
  readonly path: string
  readonly shapes: ReadonlyMap<string, TensorShape>
  /** @throws ChiquitoError `model` for a tensor that is not there, whose bytes are missing, or that asks for too much memory. */
  get(key: string): Tensor
}

export interface TensorShape {
  readonly dtype: DType
  readonly shape: readonly number[]
}

/**
 * Reads what `torch.save` wrote, in today's zip format or the older one, without running anything in it: every dictionary
 * of tensors, and every network that was saved whole.
 *
 * Tensors that lie in order share memory with `bytes`. What is no tensor is left out.
 *
 * @param bytes the file.
 * @param name the file's name, for messages.
 * @throws ChiquitoError `model`: what is wrong with the file, or the name of what it wanted to run.
 */
export async function readTensorSets(bytes: Uint8Array, name: string): Promise<TensorSet[]> {
  try {
    const contents = isLegacy(bytes) ? readLegacy(bytes) : isZip(bytes) ? await readZip(bytes) : undefined
    if (!contents)
      throw new ChiquitoError('model', 'it begins neither like a zip nor like an older file of torch.save')
    return tensorSets(contents, bytes.length, name)
  } catch (error) {
    throw named(error, name)
  }
}

/** The tensors of a file that holds one set of them, or those of the first. Throws as {@link readTensorSets}. */
export async function readPth(bytes: Uint8Array, name: string): Promise<Map<string, Tensor>> {
  const [first] = await readTensorSets(bytes, name)
  return new Map([...first.shapes.keys()].map(key => [key, first.get(key)]))
}

function named(error: unknown, name: string): unknown {
  if (!(error instanceof ChiquitoError)) return error
  return new ChiquitoError('model', `${name} cannot be read as PyTorch weights: ${error.message}.`, {
    cause: error,
  })
}

interface Contents {
  readonly object: PickleValue
  readonly storages: ReadonlyMap<string, Uint8Array>
}

function tensorSets({ object, storages }: Contents, fileBytes: number, name: string): TensorSet[] {
  let copied = 0
  const allowCopy = (bytes: number) => {
    copied += bytes
    if (copied > MAX_COPIES * fileBytes)
      throw new ChiquitoError('model', 'its tensors need far more memory than the file has')
  }
  const found = stateDictsIn(object)
  if (found.length === 0) throw new ChiquitoError('model', `it holds no tensors; ${howToSave}`)
  return found.map(({ path, tensors }) => {
    if (tensors.size > MAX_TENSORS)
      throw new ChiquitoError('model', `it has more than ${MAX_TENSORS} tensors`)
    const shapes = Array.from(
      tensors,
      ([key, { storage, shape }]) => [key, { dtype: storage.dtype, shape }] as const,
    )
    const get = (key: string) => {
      try {
        const tensor = tensors.get(key)
        if (!tensor) throw new ChiquitoError('model', `it has no tensor ${key}`)
        return materialize(tensor, storageBytes(tensor, key, storages), allowCopy)
      } catch (error) {
        throw named(error, name)
      }
    }
    return { path, shapes: new Map(shapes), get }
  })
}

/** The line of Python that writes a file which is read here. */
export const howToSave = 'save the weights alone, in Python: torch.save(model.state_dict(), "weights.pth")'

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
