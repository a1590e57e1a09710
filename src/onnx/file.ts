import { type FileHandle, open } from 'node:fs/promises'
import { ChiquitoError, messageOf } from '../core/index.js'
import type { ExternalFiles } from './external-data.js'
import type { Graph, Model } from './graph.js'
import { decodeModel } from './protobuf.js'
import { encodeModel, type FileOptions } from './protobuf-write.js'
import { sortNodes } from './sort-nodes.js'
import { verifyGraph } from './verify.js'

/** Protobuf cannot describe a message of 2 GiB or more. */
export const maxModelBytes = 2 ** 31 - 1

/**
 * Reads the bytes of an .onnx file; `name` is what errors call it. Throws `model` for anything that is not a legal
 * model, and for what could not be written back unchanged: sparse tensors, sequences, element types without a
 * typed array. Calls of functions that the file defines are replaced by what they do. Nodes are put in an order in which each follows what it reads. The bytes are copied, not kept.
 *
 * @param files the contents of files that its tensors lie in, by location; such tensors are refused without them.
 */
export function readModel(bytes: Uint8Array, name: string, files?: ExternalFiles): Model {
  refuseSize(bytes.byteLength, name)
  const read = decodeModel(bytes, name, files)
  const model = { ...read, graph: sortNodes(read.graph, name) }
  verified(model, `${name} is not a legal model`)
  return model
}

/** Reads an .onnx file. Throws `io` when it cannot be opened, `model` as {@link readModel} does. */
export async function readModelFile(path: string): Promise<Model> {
  return readModel(await bytesOfFile(path), path)
}

/**
 * The bytes of an .onnx file: the same model gives the same bytes. Weights are copied bit for bit.
 * Throws `model` when the model is not legal or is too large for one file.
 */
export function writeModel(model: Model, options?: FileOptions): Uint8Array {
  verified(model, `Graph ${model.graph.name} is not legal`)
  refuseSize(weightBytes(model.graph), `Graph ${model.graph.name}`)
  const bytes = encodeModel(model, options)
  refuseSize(bytes.byteLength, `Graph ${model.graph.name}`)
  return bytes
}

async function bytesOfFile(path: string): Promise<Uint8Array> {
  let file: FileHandle | undefined
  try {
    file = await open(path)
    const stat = await file.stat()
    if (!stat.isFile()) throw new ChiquitoError('model', `${path} is not a file; expected an .onnx model.`)
    refuseSize(stat.size, path)
    return await file.readFile()
  } catch (error) {
    if (error instanceof ChiquitoError) throw error
    throw new ChiquitoError('io', `The model ${path} cannot be read: ${reasonOf(error)}.`, { cause: error })
  } finally {
    await file?.close()
  }
}

/** What the system's commonest refusals mean to a person. */
const refusals: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'this user may not read it; change its permissions',
  EPERM: 'this user may not read it; change its permissions',
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return Object.hasOwn(refusals, code) ? refusals[code] : messageOf(error)
}

function refuseSize(size: number, name: string): void {
  if (size > maxModelBytes)
    throw new ChiquitoError(
      'model',
      `${name} takes ${size} bytes; one .onnx file holds at most ${maxModelBytes}.`,
    )
}

function verified(model: Model, problem: string): void {
  try {
    verifyGraph(model.graph, { opset: model.opsets.get('') })
  } catch (error) {
    throw new ChiquitoError('model', `${problem}: ${messageOf(error)}`, { cause: error })
  }
}

function weightBytes(graph: Graph): number {
  let total = 0
  for (const tensor of graph.initializers.values()) total += tensor.data.byteLength
  return total
}
