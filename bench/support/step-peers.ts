import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { loadBackbone } from '../../src/backbones/index.js'
import { assetPath } from '../../src/core/index.js'
import { model, writeModel } from '../../src/onnx/index.js'
import { networkLogits } from './network-step.js'
import { Peer, type Started } from './peer.js'
import { checkoutRoot } from './process.js'

// Other libraries that a TypeScript program can train with. None is a dependency of the project: each is installed on
// demand into a folder of its own under .cache/peers.

const backbone = 'efficientnet-lite0'

/** Longest installation, in ms. */
const INSTALL_LIMIT = 10 * 60_000

export interface StepPeer {
  /** As it stands in the table. */
  readonly name: string
  /** Folder of its installation. */
  readonly folder: string
  readonly packages: Readonly<Record<string, string>>
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
    ...(await writeNetwork(peerFolder(jaxJs.folder), batch, size)),
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
  const folder = peerFolder(key)
  const failure = install(folder, packages)
  if (failure !== undefined) return { skipped: `it cannot be installed here: ${failure}` }
  const scripts = path.join(checkoutRoot(), 'bench', 'peers')
  for (const file of readdirSync(scripts)) copyFileSync(path.join(scripts, file), path.join(folder, file))
  const [script, ...args] = await command(batch, size)
  return Peer.start(`bench/peers/${script}`, process.execPath, [path.join(folder, script), ...args], {
    cwd: folder,
  })
}

function peerFolder(key: string): string {
  return path.join(checkoutRoot(), '.cache', 'peers', key)
}

/** Why it failed, if it did. */
function install(folder: string, packages: StepPeer['packages']): string | undefined {
  const wanted = Object.entries(packages)
  const isThere = wanted.every(([name]) => existsSync(path.join(folder, 'node_modules', name)))
  if (isThere) return undefined
  mkdirSync(folder, { recursive: true })
  const manifest = { private: true, type: 'module', dependencies: packages }
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest, null, 2))
  const { status, stderr, error } = spawnSync(
    'npm',
    ['install', '--no-fund', '--no-audit', '--loglevel=error'],
    {
      cwd: folder,
      encoding: 'utf8',
      timeout: INSTALL_LIMIT,
      shell: process.platform === 'win32',
    },
  )
  if (status === 0) return undefined
  rmSync(path.join(folder, 'node_modules'), { recursive: true, force: true })
  return error?.message ?? reasonIn(stderr)
}

/** What went wrong, out of all that npm says. */
function reasonIn(stderr: string): string {
  const said = stderr.split('\n').map(line => line.replace(/^npm error /, ''))
  const line =
    said.find(line => /^Error: /.test(line)) ?? said.find(line => !/^(code |A complete log|$)/.test(line))
  return line ?? 'npm gave no reason'
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
