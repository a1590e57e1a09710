import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { loadBackbone } from '../../src/backbones/index.js'
import { assetPath } from '../../src/core/index.js'
import { model, writeModel } from '../../src/onnx/index.js'
import { networkLogits } from './network-step.js'
import { type NpmPackages, npmPeerFolder, startNpmPeer } from './npm-peer.js'
import type { Started } from './peer.js'

// Other libraries that a TypeScript program can train with. None is a dependency of the project: each is installed on
// demand into a folder of its own under .cache/peers.

const backbone = 'efficientnet-lite0'

export interface StepPeer {
  /** As it stands in the table. */
  readonly name: string
  /** Folder of its installation. */
  readonly folder: string
  readonly packages: NpmPackages
  /** Photos in each of its steps, where it would need an hour for as many as the others. */
  readonly batch?: number | undefined
  /** A script of bench/peers, with its arguments. */
  command(batch: number, size: number): Promise<readonly string[]>
}

const tfjs = {
  folder: 'tfjs',
  packages: { '@tensorflow/tfjs': '4.22.0', '@tensorflow/tfjs-backend-wasm': '4.22.0' },
}
const jaxJs = { folder: 'jax-js', packages: { '@jax-js/jax': '0.1.25', '@jax-js/onnx': '0.1.2' } }

const tfjsCommand =
  (backend: string) =>
  async (batch: number, size: number): Promise<string[]> => [
    'tfjs.mjs',
    backend,
    assetPath(`${backbone}.safetensors`),
    String(batch),
    String(size),
  ]

const jaxCommand =
  (form: string) =>
  async (batch: number, size: number): Promise<string[]> => [
    'jax-js.mjs',
    form,
    ...(await writeNetwork(npmPeerFolder(jaxJs.folder), batch, size)),
    String(batch),
    String(size),
  ]

/** TensorFlow.js by the speed that its authors give its backends, then jax-js. */
export const stepPeers: readonly StepPeer[] = [
  {
    name: 'TensorFlow.js, native (tfjs-node)',
    folder: 'tfjs-node',
    packages: { '@tensorflow/tfjs-node': '4.22.0' },
    command: tfjsCommand('tensorflow'),
  },
  { ...tfjs, name: 'TensorFlow.js, WebAssembly', command: tfjsCommand('wasm') },
  { ...tfjs, name: 'TensorFlow.js, JavaScript', batch: 1, command: tfjsCommand('cpu') },
  { ...jaxJs, name: 'jax-js, WebAssembly', command: jaxCommand('plain') },
  { ...jaxJs, name: 'jax-js, WebAssembly, jit', command: jaxCommand('jit') },
]

/** Installs a library where it is not yet, and starts its side; where either fails, says why. */
export async function startStepPeer(
  { folder: key, packages, command }: StepPeer,
  batch: number,
  size: number,
): Promise<Started> {
  return startNpmPeer(key, packages, () => command(batch, size))
}

/** The network as an ONNX file with its weights as inputs, their list, and their numbers; the paths of the three. */
async function writeNetwork(folder: string, batch: number, size: number): Promise<string[]> {
  const { builder, logits, weights } = networkLogits({
    backbone: await loadBackbone(backbone),
    trained: 'all',
    batch,
    size,
  })
  builder.output(logits, 'logits')
  let offset = 0
  const list = Array.from(weights, ([name, { shape, data }]) => {
    offset += data.length
    return { name, shape, offset: offset - data.length, length: data.length }
  })
  const numbers = new Float32Array(offset)
  for (const [i, { data }] of [...weights.values()].entries()) numbers.set(data, list[i].offset)
  const files = ['network.onnx', 'weights.json', 'weights.bin'].map(name => path.join(folder, name))
  const contents = [writeModel(model(builder.build())), JSON.stringify(list), new Uint8Array(numbers.buffer)]
  for (const [i, content] of contents.entries()) writeFileSync(files[i], content)
  return files
}
