// `train` from end to end on every imported network among the fixtures, in all three ways of fine-tuning: what the README
// says of --backbone FILE.onnx.
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import sharp from 'sharp'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { type FineTune, train } from '../src/index.js'
import { readModelFile } from '../src/onnx/index.js'
import { parseModelMetadata } from '../src/run/index.js'
import { chiquito, documentOf, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawings } from './support/photos.js'

const folder = suiteFolder()
const photos = path.join(folder, 'photos')
const side = 32

const fixtures = ['../src/backbones/import/fixtures', 'fixtures/exported', 'fixtures/networks'].flatMap(
  at => {
    const root = fileURLToPath(new URL(at, import.meta.url))
    const files = readdirSync(root).filter(name => name.endsWith('.onnx') && !name.startsWith('quantized'))
    return files.map(name => [name.replace('.onnx', ''), path.join(root, name)] as const)
  },
)

/** Sizes that these were exported for, and cannot leave. */
const sizes: Readonly<Record<string, number>> = { residual: 40, transformer: 32 }
const sizeOf = (name: string) => sizes[name.split('-')[0]] ?? side

beforeAll(async () => {
  // All three ways see a network's photos through the same frozen trunk.
  vi.stubEnv('CHIQUITO_CACHE', path.join(folder, 'cache'))
  // Some lie in the wrong folder, so that there is something to win by fine-tuning, and it is tried.
  writeTree(
    {
      ...(await drawings('train/ball', 'ball', 17, { side: 40 })),
      ...(await drawings('train/ball/more', 'wave', 4, { side: 40, from: 50 })),
      ...(await drawings('train/wave', 'wave', 17, { side: 40 })),
      ...(await drawings('train/wave/more', 'ball', 4, { side: 40, from: 50 })),
      ...(await drawings('valid/ball', 'ball', 3, { side: 40, from: 100 })),
      ...(await drawings('valid/wave', 'wave', 3, { side: 40, from: 100 })),
    },
    photos,
  )
})

/** How `auto` decides goes by photos, not by the network: one with convolutions, a transformer, and one of another exporter. */
const decided = ['convnext', 'vit', 'keras']

/** Every file learns whole; what depends on the network and not on its file is seen on one file of each network. */
const seen = new Set<string>()
const cases = fixtures.map(([name, file]) => {
  const [network] = name.replace('.', '-').split('-')
  const all: FineTune[] = decided.includes(network) ? ['never', 'auto', 'always'] : ['never', 'always']
  const modes: FineTune[] = seen.has(network) ? ['always'] : all
  seen.add(network)
  return { name, file, modes }
})

describe.each(cases)('$name', ({ name, file, modes }) => {
  it.each(modes)('learns with %s, and its model answers the same anywhere', async mode => {
    const out = path.join(folder, `${name}-${mode}`)
    const size = sizeOf(name)
    const done = await train({
      ...{ data: photos, out, backbone: file, size, fineTune: mode, threads: 1 },
      epochs: mode === 'never' ? undefined : 1,
    })
    const stages = done.stages.map(stage => stage.name)
    expect(stages.slice(0, 2)).toEqual(['choosing', 'learning'])
    // Tried in any case; kept where it does not end worse than it began.
    const { chosen, reason } = done.choice?.fineTuning ?? {}
    expect(stages.includes('fine-tuning')).toBe(chosen)
    if (mode !== 'never') expect(reason).toMatch(/fine-tun(ed|ing)/)
    await expectSame(done.model, size)
  })
})

/** The saved model names its outputs as every model of ours does, and gives elsewhere what it gave here. */
async function expectSame(file: string, size: number): Promise<void> {
  const { graph, metadata } = await readModelFile(file)
  expect([...graph.inputs.keys()]).toEqual(['pixels'])
  const { abstention } = parseModelMetadata(metadata, file)
  const says = abstention && 'threshold' in abstention ? ['known'] : []
  expect([...graph.outputs.keys()]).toEqual(['probabilities', 'logits', ...says, 'features'])
  const { golden } = parseModelMetadata(metadata, file)
  expect(golden).toHaveLength(2)
  const session = await InferenceSession.create(file)
  for (const { png, probabilities: promised } of golden) {
    const pixels = new Tensor('uint8', await sharp(png).raw().toBuffer(), [1, size, size, 3])
    const { probabilities } = await session.run({ pixels })
    for (const [i, p] of promised.entries()) expect(Number(probabilities.data[i])).toBeCloseTo(p, 5)
  }
  await session.release()
}

it('says on the terminal when most weights of a file are not used', async () => {
  const [, file] = fixtures.find(([name]) => name.startsWith('mostly-head')) ?? ['', '']
  const args = ['train', photos, '--out', path.join(folder, 'told'), '--backbone', file, '--size', `${side}`]
  const told = await chiquito([...args, '--fine-tune', 'never', '--json'], {
    env: { CHIQUITO_CACHE: path.join(folder, 'cache') },
  })
  expect(told.status, told.stderr).toBe(0)
  const said = /its features are taken at .*, so only 3,\d+ of its 1\d,\d+ weights are used/
  expect(told.stderr).toMatch(said)
  expect(documentOf<{ notices: string[] }>(told).notices.join()).toMatch(said)
})
