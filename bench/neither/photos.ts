import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { loadBackbone } from '../../src/backbones/index.js'
import { unzip } from '../../src/collect/archives/index.js'
import { RandomStream } from '../../src/core/index.js'
import { hashFiles, type Photo } from '../../src/dataset/index.js'
import { encodePng } from '../../src/images/index.js'
import { openFeatureStore } from '../../src/run/index.js'
import { autoSpec, FeatureExtractor } from '../../src/train/index.js'
import { checkoutRoot } from '../support/process.js'

/** Photos of one kind: where they are, their class names, and features `[photos, width]` as recipe `auto` reads them. */
export interface Kind {
  readonly name: string
  /** Name of the folder that each photo lies in. */
  readonly classes: readonly string[]
  readonly paths: readonly string[]
  readonly rows: readonly Float32Array[]
}

const isPhoto = /\.(jpe?g|png|webp)$/i
const textures = 120
const side = 224

/** All photos below a folder, as the embedded network sees them; features are kept in the cache. */
export async function kindOf(name: string, folder: string, most = Number.POSITIVE_INFINITY): Promise<Kind> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const found = entries
    .filter(entry => entry.isFile() && isPhoto.test(entry.name))
    .map(entry => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort()
  const files = RandomStream.fromSeed(0).fork(name).shuffle(found).slice(0, most).sort()
  const hashed = await hashFiles(folder, files)
  const photos: Photo[] = hashed.flatMap(file =>
    'sha256' in file ? [{ ...file, label: 0, split: 'train' as const }] : [],
  )
  const backbone = await loadBackbone('efficientnet-lite0')
  const rule = { size: backbone.inputSize, resize: 'squash' } as const
  const options = { backbone, spec: autoSpec(backbone), rule, root: folder }
  const store = openFeatureStore(FeatureExtractor.namespace(options))
  const extractor = new FeatureExtractor({ ...options, store })
  try {
    const { photos: read, views, width } = await extractor.extract(photos, { task: name })
    return {
      name,
      classes: read.map(({ path: file }) => path.basename(path.dirname(file))),
      paths: read.map(({ path: file }) => path.join(folder, file)),
      rows: read.map((_, i) => views[0].subarray(i * width, (i + 1) * width)),
    }
  } finally {
    await extractor.close()
    store.close()
  }
}

/** Where pictures that come along are laid out. */
function benchFolder(name: string): string {
  return path.join(checkoutRoot(), '.cache', 'bench', name)
}

/** The demo's drawings. */
export async function emojiFolder(): Promise<string> {
  const folder = benchFolder('neither-emoji')
  if (!existsSync(folder)) {
    await mkdir(path.dirname(folder), { recursive: true })
    await unzip(path.join(checkoutRoot(), 'assets', 'demo-dataset.zip'), folder, {})
  }
  return path.join(folder, 'dataset')
}

/** 270 people of Labeled Faces in the Wild; undefined where the archive is not beside the checkout. */
export async function peopleFolder(): Promise<string | undefined> {
  const archive = path.join(checkoutRoot(), '..', 'shared', 'datasets', 'lfw-mini.tgz')
  if (!existsSync(archive)) return undefined
  const folder = benchFolder('neither-people')
  if (!existsSync(folder)) {
    await mkdir(folder, { recursive: true })
    await promisify(execFile)('tar', ['-xzf', archive, '-C', folder])
  }
  return folder
}

/** Stripes, checks, blobs and noise, made by code. */
export async function textureFolder(): Promise<string> {
  const folder = benchFolder('neither-textures')
  if (existsSync(folder)) return folder
  await mkdir(folder, { recursive: true })
  for (let i = 0; i < textures; i++) {
    const data = texture(RandomStream.fromSeed(0).fork('texture', i), i % 4)
    await writeFile(path.join(folder, `${i}.png`), await encodePng({ width: side, height: side, data }))
  }
  return folder
}

function texture(random: RandomStream, kind: number): Uint8Array {
  const colours = [0, 1].map(() => [0, 1, 2].map(() => random.uniform(10, 245)))
  const [angle, length, noise] = [random.uniform(0, Math.PI), random.uniform(4, 80), random.uniform(0, 60)]
  const values = [
    (x: number, y: number) => Math.sin((6.28 * (x * Math.cos(angle) + y * Math.sin(angle))) / length),
    (x: number, y: number) => (((x / length) | 0) + ((y / length) | 0)) % 2,
    (x: number, y: number) => Math.sin(x / length + angle) * Math.sin(y / length),
    () => random.uniform(-1, 1),
  ]
  const data = new Uint8Array(side * side * 3)
  for (let at = 0; at < side * side; at++) {
    const colour = colours[values[kind](at % side, Math.floor(at / side)) > 0 ? 1 : 0]
    for (let c = 0; c < 3; c++)
      data[at * 3 + c] = Math.min(255, Math.max(0, colour[c] + random.normal() * noise))
  }
  return data
}
