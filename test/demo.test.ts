// The demo: the first thing anybody runs, on a machine that has neither a cache nor a network.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { zipSync } from 'fflate'
import { beforeAll, describe, expect, it } from 'vitest'
import { demoDataset } from '../src/actions/demo-dataset.js'
import type { TrainResult } from '../src/actions/train.js'
import type { JudgedPhoto } from '../src/predict/index.js'
import { chiquito, documentOf, type RunOptions, suiteFolder } from './support/chiquito.js'
import { temporaryFolder, writeTree } from './support/files.js'
import { drawings } from './support/photos.js'
import { serve } from './support/server.js'

const folder = suiteFolder()
const at = (...names: string[]) => path.join(folder, ...names)

/** Where nothing answers: whoever respects the proxy variables gets nowhere. */
const nowhere = 'http://127.0.0.1:9'
const proxies = ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'all_proxy']
const deadProxies = Object.fromEntries(proxies.map(name => [name, nowhere]))

/** Whoever does not is kept from the network by the kernel, where this user may ask it to. */
const canUnshare = spawnSync('unshare', ['-n', 'true']).status === 0

const offline: RunOptions = {
  ...(canUnshare ? { within: ['unshare', '-n'] } : {}),
  env: { ...deadProxies, CHIQUITO_CACHE: at('offline-cache') },
}

it('learns from the pictures that come along, without a network', async () => {
  const out = at('demo')
  const told = await chiquito(['demo', '--out', out, '--json'], offline)
  expect(told.status, told.stderr).toBe(0)
  const result = documentOf<TrainResult & { dataset: string; predictions: JudgedPhoto[] }>(told)
  const { counts, labels } = demoDataset
  expect(result).toMatchObject({
    dataset: 'emoji',
    run: out,
    report: path.join(out, 'report.html'),
    labels,
    photos: { train: counts.train, valid: counts.valid, test: 0 },
    leaks: [],
    unreadable: [],
  })
  expect(result.accuracy).toBeGreaterThan(0.8)
  const report = readFileSync(result.report, 'utf8')
  expect(report.length).toBeGreaterThan(10_000)
  // Nobody asked the demo to leave it out.
  expect(report).toContain('Only the head learned; fine-tuning was left out.')
  const truth = new Map<string, string>(
    demoDataset.unseen.map(({ path: file, label }) => [path.basename(file), label]),
  )
  expect(result.predictions.map(({ path: file }) => path.basename(file)).sort()).toEqual(
    [...truth.keys()].sort(),
  )
  const right = result.predictions.filter(({ path: file, label }) => truth.get(path.basename(file)) === label)
  expect(right.length).toBeGreaterThanOrEqual(6)
})

describe("the article's photos", () => {
  let archive: Buffer

  beforeAll(async () => {
    const files = {
      ...(await drawings('dataset/train/chiquito', 'ball', 6)),
      ...(await drawings('dataset/train/not', 'wave', 6)),
      ...(await drawings('dataset/valid/chiquito', 'ball', 2, { from: 20 })),
      ...(await drawings('dataset/valid/not', 'wave', 2, { from: 20 })),
    }
    archive = Buffer.from(zipSync(files, { level: 0 }))
  })

  const options = ['--dataset', 'chiquito', '--threads', '1']
  const env = { CHIQUITO_CACHE: at('article-cache'), no_proxy: '127.0.0.1', NO_PROXY: '127.0.0.1' }

  it('are fetched once, learnt from, and looked at', async () => {
    const server = await serve((request, response) => {
      if (request.url?.startsWith('/raw/')) response.end(archive)
      else response.writeHead(302, { location: '/raw/dataset.zip' }).end()
    })
    const out = at('article')
    const args = [
      'demo',
      ...options,
      '--out',
      out,
      '--address',
      `${server.address}/blob/dataset.zip?raw=true`,
    ]
    const told = await chiquito([...args, '--recipe', 'fastai-2018'], { env })
    expect(told.status, told.stderr).toBe(0)
    expect(told.stdout).toContain(path.join(out, 'report.html'))
    expect(told.stdout).toMatch(/\n +20\.png +chiquito +\d+\.\d %\n +20\.png +not +\d+\.\d %\n/)
    expect(told.stdout).toContain(`chiquito predict ${path.join(out, 'model.onnx')} PICTURE`)
    expect(readFileSync(path.join(out, 'report.html'), 'utf8')).toContain('chiquito demo --dataset chiquito')
    expect(server.requests).toHaveLength(2)
    // Again, over the same folder and with the usual recipe, from what was fetched.
    const again = await chiquito([...args, '--json'], { env })
    expect(again.status, again.stderr).toBe(0)
    const found = { dataset: 'chiquito', recipe: 'auto', labels: ['chiquito', 'not'], accuracy: 1 }
    expect(documentOf(again)).toMatchObject(found)
    expect(server.requests).toHaveLength(2)
  })

  it('say what is wrong where there is no network', async () => {
    const out = at('unreachable')
    const told = await chiquito(['demo', ...options, '--out', out, '--json'], offline)
    expect(told.status, told.stderr).toBe(1)
    expect(told.stderr).toMatch(
      /chiquito: Cannot fetch https:\/\/github\.com\/.*dataset\.zip: .*Check the address and the connection/,
    )
    expect(documentOf(told)).toMatchObject({ error: { code: 'io' } })
    expect(existsSync(out)).toBe(false)
    expect(readdirSync(at('offline-cache', 'article'))).toEqual([])
  })

  it('are not what any address gives', async () => {
    const server = await serve((_request, response) => void response.end('<!doctype html><p>Not found'))
    const cache = temporaryFolder()
    const told = await chiquito(['demo', ...options, '--out', at('page'), '--address', server.address], {
      env: { ...env, CHIQUITO_CACHE: cache },
    })
    expect(told).toMatchObject({ status: 1, stderr: expect.stringMatching(/gave no zip archive/) })
    expect(existsSync(at('page'))).toBe(false)
    const wrong = await chiquito([
      'demo',
      ...options,
      '--out',
      at('page'),
      '--address',
      'ftp://example.org/x',
    ])
    expect(wrong).toMatchObject({ status: 2, stderr: expect.stringMatching(/is no http or https address/) })
  })
})

it('never replaces a run on photos of somebody', async () => {
  const details = JSON.parse(readFileSync(at('demo', 'run.json'), 'utf8'))
  const record = { ...details, dataset: { ...details.dataset, root: '/home/ana/photos' } }
  const out = writeTree({ 'run.json': JSON.stringify(record), 'model.onnx': 'precious' })
  const told = await chiquito(['demo', '--out', out], offline)
  expect(told).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(
      /holds a run on other photos \("\/home\/ana\/photos"\)\. Give the demo another folder/,
    ),
  })
  expect(readFileSync(path.join(out, 'model.onnx'), 'utf8')).toBe('precious')
  const other = writeTree({ 'thesis.doc': 'x' })
  expect(await chiquito(['demo', '--out', other], offline)).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/is not empty and is no run/),
  })
})
