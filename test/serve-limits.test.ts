// `chiquito serve` at its limits, and given models of strangers.
import { readFileSync, writeFileSync } from 'node:fs'
import { type ClientRequest, request } from 'node:http'
import path from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type Model, readModelFile, writeModel } from '../src/onnx/index.js'
import { chiquito, suiteFolder } from './support/chiquito.js'
import { withOtherBit } from './support/damaged-model.js'
import { drawing } from './support/photos.js'
import { serving, trainedModel } from './support/serving.js'

const folder = suiteFolder()
let model = ''
let photo: Buffer

beforeAll(async () => {
  model = await trainedModel(folder)
  photo = await drawing('ball', 60, { side: 700 })
})

async function start(...args: string[]) {
  const server = await serving(model, args)
  onTestFinished(async () => void (await server.stop()))
  return server
}

async function post(address: string, count: number) {
  const form = new FormData()
  for (let i = 0; i < count; i++) form.append('photo', new Blob([new Uint8Array(photo)]), `${i}.png`)
  const response = await fetch(`${address}/v1/predict`, { method: 'POST', body: form })
  return { status: response.status, headers: response.headers, body: await response.text() }
}

describe('limits', () => {
  it('turn away what comes while too much waits, and answer the rest', async () => {
    const { address } = await start('--max-waiting', '4')
    const told = await Promise.all(Array.from({ length: 16 }, () => post(address, 3)))
    const busy = told.filter(({ status }) => status === 429)
    expect(told.filter(({ status }) => status === 200).length + busy.length).toBe(16)
    expect(busy.length).toBeGreaterThan(0)
    expect(busy[0].headers.get('retry-after')).toBe('1')
    expect(busy[0].body).toMatch(/problem:busy.*of 4 at most/)
    // Whoever waits has room again, also for more than may wait.
    expect((await post(address, 6)).status).toBe(200)
  })

  it('of bodies in memory hold for all requests together', async () => {
    const { address } = await start('--max-body', '0.5', '--upload-limit', '10min')
    // Eight fit, of which all has come but the last byte.
    const sent = Array.from({ length: 10 }, () => new Unfinished(address, 520_000, 519_999))
    const refused = () => sent.filter(({ answered }) => answered === 429)
    await expect.poll(() => refused().length).toBe(2)
    for (const one of sent) if (one.answered === undefined) one.finish()
    await Promise.all(sent.map(({ status }) => status))
    expect(refused()).toHaveLength(2)
    expect((await post(address, 1)).status).not.toBe(429)
  })

  it('of bodies in memory count what has come, not what was announced', async () => {
    const { address } = await start('--max-body', '2', '--upload-limit', '10min')
    const slow = Array.from({ length: 40 }, () => new Unfinished(address, 2_000_000, 100))
    await Promise.all(slow.map(({ begun }) => begun))
    expect((await post(address, 1)).status).toBe(200)
    expect(slow.filter(({ answered }) => answered !== undefined)).toEqual([])
    for (const one of slow) one.giveUp()
  })

  it('of time give up what takes longer', async () => {
    const { address } = await start('--time-limit', '0.001s')
    const { status, headers, body } = await post(address, 8)
    expect(status).toBe(503)
    expect(headers.get('retry-after')).toBe('5')
    expect(body).toMatch(/problem:too-long/)
    // What was given up makes room again.
    await expect
      .poll(async () => (await fetch(`${address}/metrics`)).text())
      .toMatch(/^chiquito_photos_waiting 0$/m)
  })
})

/** A body that is announced, and of which so many bytes come once the server takes it. */
class Unfinished {
  /** The server has begun with it. */
  readonly begun: Promise<void>
  readonly status: Promise<number | undefined>
  /** Of its answer, once that is there. */
  answered: number | undefined
  private readonly asked: ClientRequest

  constructor(address: string, length: number, come: number) {
    const headers = { 'content-type': 'image/png', 'content-length': length, expect: '100-continue' }
    this.asked = request(`${address}/v1/predict`, { method: 'POST', headers, agent: false })
    this.begun = new Promise(resolve => {
      this.asked.once('continue', () => this.asked.write(Buffer.alloc(come), () => resolve()))
    })
    this.status = new Promise((resolve, reject) => {
      this.asked.once('response', answer => {
        this.answered = answer.statusCode
        resolve(answer.statusCode)
        answer.on('error', () => undefined)
        this.asked.destroy()
      })
      this.asked.on('error', reject)
    })
    // Whoever gives up hears of no answer.
    this.status.catch(() => undefined)
  }

  /** Sends the last byte. */
  finish(): void {
    this.asked.end(Buffer.alloc(1))
  }

  giveUp(): void {
    this.asked.destroy()
  }
}

it('refuses a model whose weights were damaged so little that its golden photos do not show it', async () => {
  const file = path.join(folder, 'damaged.onnx')
  writeFileSync(file, withOtherBit(readFileSync(model)))
  const { status, stderr } = await chiquito(['serve', file, '--port', '0', '--json'])
  expect(stderr).toMatch(/damaged\.onnx" was damaged or changed since it was made: its graph or its weights/)
  expect(status).toBe(1)
})

describe('a model of a stranger', () => {
  /** As it could be written by anybody: without what tells that it was changed. */
  async function changed(name: string, change: (model: Model) => Model): Promise<string> {
    const known = await readModelFile(model)
    const metadata = new Map(known.metadata)
    for (const entry of ['chiquito.graph', 'chiquito.metadata']) metadata.delete(entry)
    const file = path.join(folder, name)
    writeFileSync(file, writeModel(change({ ...known, metadata })))
    return file
  }

  const refused = async (file: string) => {
    const { status, stderr } = await chiquito(['serve', file, '--port', '0', '--json'])
    expect(status).toBe(1)
    return stderr
  }

  it('is refused with operators that are not ONNX’s own', async () => {
    const file = await changed('custom.onnx', known => {
      const [output] = known.graph.outputs.keys()
      const node = {
        name: 'x',
        op: 'Gelu',
        domain: 'com.microsoft',
        inputs: [output],
        outputs: ['y'],
        attributes: {},
      }
      return {
        ...known,
        opsets: new Map([...known.opsets, ['com.microsoft', 1]]),
        graph: { ...known.graph, nodes: [...known.graph.nodes, node] },
      }
    })
    expect(await refused(file)).toMatch(
      /custom\.onnx" has the operator "Gelu" of "com\.microsoft"; only ONNX's own are run\. Give a model\.onnx/,
    )
  })

  it('is refused with weights that lie in other files', async () => {
    const file = path.join(folder, 'outside.onnx')
    // Messages of protobuf that follow one another are one: the graph gets another weight, with a place outside (field 13).
    const weight = [0x2a, 0x02, 0x6a, 0x00]
    writeFileSync(file, Buffer.concat([readFileSync(model), Uint8Array.of(0x3a, weight.length, ...weight)]))
    expect(await refused(file)).toMatch(/outside\.onnx" has tensors in other files/)
  })

  it('is refused where it is none, or no longer answers as it did', async () => {
    const text = path.join(folder, 'text.onnx')
    writeFileSync(text, 'not a model')
    expect(await refused(text)).toMatch(/text\.onnx/)
    const swapped = await changed('swapped.onnx', known => {
      const metadata = new Map(known.metadata)
      metadata.set('chiquito.labels', JSON.stringify(['wave', 'ball']))
      return { ...known, metadata }
    })
    expect(await refused(swapped)).toMatch(
      /golden photo 1 of \d+ was "ball"|golden photo 1 of \d+ was "wave"/,
    )
  })
})
