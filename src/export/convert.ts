import { readFile } from 'node:fs/promises'
import { throwIfAborted } from '../core/index.js'
import { ioError } from '../files/index.js'
import { type Model, model, readModel, upgradeModel, writeModel } from '../onnx/index.js'
import { graphDigest, type ModelMetadata, modelMetadataEntries, parseModelMetadata } from '../run/index.js'
import { foldWeights } from './fold-weights.js'

/** A model file as it was given. */
export interface GivenModel {
  readonly path: string
  readonly bytes: number
  readonly model: Model
  readonly metadata: ModelMetadata
}

/** Reads a model file of ours. @throws `model` for another one; `io` */
export async function readGiven(path: string): Promise<GivenModel> {
  const bytes = await readFile(path).catch(error => {
    throw ioError(error, 'read', path)
  })
  const read = readModel(bytes, path)
  const metadata = parseModelMetadata(read.metadata, path, read.producer)
  return { path, bytes: bytes.length, model: upgradeModel(read), metadata }
}

/** The same model with weights of 32 bits, and nothing left to compute from them: the same answers to the bit. */
export async function inFloat32(
  { model: { graph }, metadata }: GivenModel,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Uint8Array> {
  const folded = await foldWeights(graph, { signal })
  throwIfAborted(signal)
  return writeModel(
    model(folded, { metadata: modelMetadataEntries({ ...metadata, graph: graphDigest(folded) }) }),
  )
}
