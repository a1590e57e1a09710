import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import {
  argumentError,
  assetPath,
  ChiquitoError,
  shellPath,
  type Tensor,
  type WorkOptions,
} from '../core/index.js'
import { ioError } from '../files/index.js'
import type { Backbone } from './backbone.js'
import type { TensorSet } from './files/pth.js'
import { isLegacy } from './files/pth-legacy.js'
import { isZip } from './files/pth-zip.js'
import type { CachedFile } from './hub/cache.js'
import { hubFile } from './hub/fetch.js'
import { type HubFile, hubSettings } from './hub/settings.js'
import type { RecordedPhotos } from './import/index.js'
import { findingsBeside, type PreprocessingOptions, preparedAsWeights } from './preprocessing/index.js'
import { type RegistryEntry, registry } from './registry.js'
import { Weights } from './weights.js'

/** Largest weights file read: it is held in memory, and the networks known here take at most 110 MB in 32 bits. */
const MAX_WEIGHTS_BYTES = 2 ** 30

const extensions = ['.pth', '.pt', '.tar', '.ckpt', '.bin', '.safetensors', '.onnx']

export interface LoadOptions extends WorkOptions {
  /** A weights file (`.safetensors`, or `.pth` of `torch.save`) instead of embedded weights or the Hub's. */
  readonly weights?: string | undefined
  /**
   * How photos are prepared for a network or weights given as a file; what is absent is found in the network, in its
   * file or beside it (docs/networks.md), or is ImageNet's mean and deviation, or the named network's own. A notice says
   * which.
   */
  readonly preprocessing?: PreprocessingOptions | undefined
  /** What a run that is gone on with found, in the place of all that. */
  readonly recorded?: RecordedPhotos | undefined
}

/**
 * Loads a pretrained network. Weights that do not come with this package are taken from the cache of the Hugging Face
 * Hub, or fetched into it; never are they random.
 *
 * @param nameOrPath a name of {@link registry}; `NAME=FILE`; a weights file, whose network is recognised by its tensors;
 *   or an `.onnx` file, which is a network of its own.
 * @throws ChiquitoError `usage` for a name that is not known or needs a file; `io` for a file that cannot be read or
 *   fetched; `data` for a download that is not what it should be; `model` for a file that holds something else, naming
 *   the tensor; `interrupted`.
 */
export async function loadBackbone(nameOrPath: string, options: LoadOptions = {}): Promise<Backbone> {
  const backbone = await loaded(nameOrPath, options)
  for (const message of backbone.notices ?? []) options.progress?.({ kind: 'notice', message })
  return backbone
}

async function loaded(nameOrPath: string, options: LoadOptions): Promise<Backbone> {
  const { entry, file } = resolve(nameOrPath, options.weights)
  if (file !== undefined && isOnnx(file)) return fromOnnx(file, entry, options)
  if (file !== undefined) return fromFile(file, entry, options)
  if (Object.values(options.preprocessing ?? {}).some(value => value !== undefined))
    throw argumentError('preprocessing', 'left out: only that of a file can be chosen', nameOrPath)
  if (entry.embedded) return embedded(entry, entry.embedded)
  if (entry.hub) return fromHub(entry, entry.hub, options)
  throw notIncluded(entry)
}

/**
 * Says at once, and without reading any file, that a name is not known or needs a file.
 *
 * @throws ChiquitoError `usage`
 */
export function checkBackboneName(nameOrPath: string): void {
  const { entry, file } = resolve(nameOrPath, undefined)
  if (file === undefined && !entry.embedded && !entry.hub) throw notIncluded(entry)
}

/** Whether a backbone is a file of the person's, which nothing has to be fetched for. */
export function isOwnFile(nameOrPath: string): boolean {
  return resolve(nameOrPath, undefined).file !== undefined
}

function notIncluded(entry: RegistryEntry): ChiquitoError {
  return new ChiquitoError(
    'usage',
    `The weights of ${entry.name} do not come with this package. Give ${themAsFile(entry)}`,
  )
}

function themAsFile({ name, source }: RegistryEntry): string {
  return `them as a file: --backbone ${name}=FILE, where FILE is the .safetensors or .pth of: ${source}.`
}

type Resolved =
  | { readonly entry: RegistryEntry; readonly file: undefined }
  | { readonly entry?: RegistryEntry | undefined; readonly file: string }

function resolve(nameOrPath: string, weights: string | undefined): Resolved {
  const known = registry.get(nameOrPath)
  if (known)
    return weights === undefined ? { entry: known, file: undefined } : { entry: known, file: weights }
  const [, name = '', file = ''] = /^([^=]*)=(.+)$/s.exec(nameOrPath) ?? []
  const assigned = registry.get(name)
  if (assigned) return { entry: assigned, file }
  const looksLikeFile =
    extensions.includes(path.extname(nameOrPath).toLowerCase()) ||
    /[\\/]/.test(nameOrPath) ||
    (nameOrPath !== '' && existsSync(nameOrPath))
  if (looksLikeFile && weights === undefined) return { file: nameOrPath }
  throw argumentError(
    'backbone',
    `one of ${[...registry.keys()].join(', ')}, a weights file, or an .onnx file`,
    nameOrPath,
  )
}

async function embedded(
  entry: RegistryEntry,
  { file, sha256 }: { readonly file: string; readonly sha256: string },
): Promise<Backbone> {
  const found = assetPath(file)
  const again = 'Install chiquito again'
  if (!existsSync(found))
    throw new ChiquitoError('model', `The embedded weights assets/${file} are missing. ${again}.`)
  const bytes = await readFile(found)
  const id = digest(bytes)
  if (id !== sha256)
    throw new ChiquitoError('model', `The embedded weights ${found} are not what was published. ${again}.`)
  return entry.build(new Weights(await readTensors(bytes, found), found), id)
}

async function fromHub(entry: RegistryEntry, hub: HubFile, options: LoadOptions): Promise<Backbone> {
  const { path: file, sha256 } = await cachedOrFetched(entry, hub, options)
  const bytes = await readWeights(file)
  const id = digest(bytes)
  if (sha256 !== undefined && id !== sha256)
    throw new ChiquitoError(
      'data',
      `The weights ${file} are damaged: their SHA-256 is ${id}, expected ${sha256}. Delete that file, and it is fetched again.`,
    )
  return build(entry, new Weights(await readTensors(bytes, file), file), id)
}

async function cachedOrFetched(
  entry: RegistryEntry,
  hub: HubFile,
  { progress, signal }: LoadOptions,
): Promise<CachedFile> {
  try {
    return await hubFile(hub, hubSettings(), { label: `${entry.name} weights`, progress, signal })
  } catch (error) {
    if (!(error instanceof ChiquitoError) || error.code === 'interrupted') throw error
    const message = `The weights of ${entry.name} cannot be had. ${error.message} Or give ${themAsFile(entry)}`
    throw new ChiquitoError(error.code, message, { cause: error })
  }
}

async function fromFile(
  file: string,
  expected: RegistryEntry | undefined,
  options: LoadOptions,
): Promise<Backbone> {
  refuseWeightsBeside(file)
  const bytes = await readWeights(file)
  if (isOrt(bytes))
    throw new ChiquitoError(
      'model',
      `${file} is a model in onnxruntime's own format (.ort), which is made to be run only. Give the .onnx file that it was made from.`,
    )
  const { chooseWeights } = await import('./matching/choose.js')
  const sets = await readSets(bytes, file)
  const { entry, weights, notices } = chooseWeights(sets, file, [...registry.values()], expected)
  const backbone = { ...build(entry, weights, digest(bytes)), notices }
  return preparedAsWeights(backbone, file, options)
}

/** Tensors that an .onnx file keeps outside have no head of their own: without that file they say nothing. */
function refuseWeightsBeside(file: string): void {
  const [, network] = /^(.*\.onnx)[._]data$/i.exec(path.basename(file)) ?? []
  if (network === undefined) return
  throw new ChiquitoError(
    'model',
    `${file} holds the weights of the network ${network}, which lies beside it: give that file.`,
  )
}

function build(entry: RegistryEntry, weights: Weights, id: string): Backbone {
  weights.check(entry.name, entry.tensors)
  return entry.build(weights, id)
}

const isOrt = (bytes: Buffer) => bytes.toString('latin1', 4, 8) === 'ORTM'

const isOnnx = (file: string) => path.extname(file).toLowerCase() === '.onnx'

async function fromOnnx(
  file: string,
  entry: RegistryEntry | undefined,
  { preprocessing, recorded }: LoadOptions,
): Promise<Backbone> {
  if (entry)
    throw new ChiquitoError(
      'usage',
      `${file} is a network of its own, not the weights of ${entry.name}. Give it without a name: --backbone ${shellPath(file)}`,
    )
  const bytes = await readWeights(file)
  const { checkAnswers, filesBeside, importNetwork } = await import('./import/index.js')
  const files = await filesBeside(file, bytes, MAX_WEIGHTS_BYTES)
  const beside = recorded ? [] : await findingsBeside(file)
  const { backbone, trial } = importNetwork(bytes, file, { preprocessing, recorded, beside, files })
  await checkAnswers(file, backbone.id, trial)
  return backbone
}

async function readWeights(file: string): Promise<Buffer> {
  try {
    const { size } = await stat(file)
    if (size > MAX_WEIGHTS_BYTES)
      throw new ChiquitoError(
        'model',
        `${file} has ${size} bytes; weights of at most ${MAX_WEIGHTS_BYTES} are read.`,
      )
    return await readFile(file)
  } catch (error) {
    throw ioError(error, 'read the weights', file)
  }
}

/** The tensors of a file that is known to be of one network. */
async function readTensors(bytes: Uint8Array, name: string): Promise<ReadonlyMap<string, Tensor>> {
  const { readSafetensors } = await import('./files/safetensors.js')
  return readSafetensors(bytes, name).tensors
}

/** Every set of tensors in a weights file, in the format it is in, whatever its name. */
async function readSets(bytes: Uint8Array, name: string): Promise<readonly TensorSet[]> {
  if (isZip(bytes) || isLegacy(bytes)) {
    const { readTensorSets } = await import('./files/pth.js')
    return readTensorSets(bytes, name)
  }
  const { foreignKind } = await import('./files/sniff.js')
  const kind = foreignKind(bytes)
  if (kind !== undefined)
    throw new ChiquitoError('model', `${name} holds no weights that are read here: it ${kind}.`)
  const tensors = await readTensors(bytes, name)
  return [{ path: '', shapes: tensors, get: key => new Weights(tensors, name).get(key) }]
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
