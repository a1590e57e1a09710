// A `chiquito serve` of its own for tests, and a model that is trained in a moment.
import path from 'node:path'
import { expect } from 'vitest'
import type { ServeStarted } from '../../src/serve/index.js'
import { chiquito, smallNetwork } from './chiquito.js'
import { writeTree } from './files.js'
import { type Lasting, lasting } from './lasting.js'
import { drawings } from './photos.js'

/** A server that listens. */
export interface Serving extends Lasting<ServeStarted> {
  /** `http://127.0.0.1:PORT` */
  readonly address: string
  readonly port: number
}

/** Starts `chiquito serve MODEL` on a free port; the test stops it. */
export async function serving(
  model: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<Serving> {
  const served = await lasting<ServeStarted>(['serve', model, '--port', '0', '--threads', '1', ...args], env)
  const { address } = served.started
  return { ...served, address, port: Number(new URL(address).port) }
}

/** A model that tells two kinds of drawings apart, and knows what it sees. */
export async function trainedModel(
  folder: string,
  { labels = ['ball', 'wave'], seed = 1 }: { labels?: readonly [string, string]; seed?: number } = {},
): Promise<string> {
  const data = path.join(folder, `data-${seed}`)
  const run = path.join(folder, `run-${seed}`)
  const [ball, wave] = labels
  writeTree(
    {
      ...(await drawings(`train/${ball}`, 'ball', 24)),
      ...(await drawings(`train/${wave}`, 'wave', 24)),
      ...(await drawings(`valid/${ball}`, 'ball', 4, { from: 40 })),
      ...(await drawings(`valid/${wave}`, 'wave', 4, { from: 40 })),
    },
    data,
  )
  const quick = ['--fine-tune', 'never', '--backbone', smallNetwork, '--size', '64', '--threads', '1']
  const args = ['train', data, '--out', run, ...quick, '--seed', String(seed), '--quiet']
  const { status, stderr } = await chiquito(args, { env: { CHIQUITO_CACHE: path.join(folder, 'cache') } })
  expect(status, stderr).toBe(0)
  return path.join(run, 'model.onnx')
}
