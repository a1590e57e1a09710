import path from 'node:path'
import { z } from 'zod'
import { startNpmPeer } from '../support/npm-peer.js'
import type { Peer } from '../support/peer.js'
import { chiquito } from '../support/process.js'
import { startPython } from '../support/python.js'
import { answersSchema, type Said, type Side, saidOf, transformersJs } from './answers.js'
import { startBrowserSide } from './browser.js'
import type { HubModel } from './folders.js'

const readySchema = z.object({ ready: z.string() })

/** Python's transformers, transformers.js in Node, and in Chromium: those that can be had here, and why others cannot. */
export async function startSides(cache: string): Promise<{ sides: Side[]; missing: string[] }> {
  const python = await startPython('pipelines.py', [], { HF_HOME: cache })
  // Scripts of onnxruntime-node fetch libraries for CUDA.
  const node = await startNpmPeer(transformersJs.key, transformersJs.packages, () => ['pipelines.mjs'], {
    ignoreScripts: true,
  })
  const browser = 'skipped' in node ? { skipped: node.skipped } : await startBrowserSide()
  const sides: Side[] = []
  const missing: string[] = []
  for (const [name, started] of Object.entries({ Python: python, Node: node }))
    if ('skipped' in started) missing.push(`${name}: ${started.skipped}`)
    else sides.push(peerSide(name, started.peer, readySchema.parse(started.ready).ready))
  if ('skipped' in browser) missing.push(`Chromium: ${browser.skipped}`)
  else sides.push(browser)
  return { sides, missing }
}

function peerSide(place: string, peer: Peer, version: string): Side {
  return {
    name: place === 'Node' ? `${version}, Node` : version,
    ask: async (folder, photos) => answersSchema.parse(await peer.ask({ folder, photos })).map(saidOf),
    close: async () => peer.close(),
  }
}

const predictedSchema = z.object({
  labels: z.array(z.string()),
  predictions: z.array(z.object({ path: z.string(), probabilities: z.array(z.number()) })),
})

/** What `chiquito predict` says of the same photos. */
export async function ownAnswers({ model }: HubModel, photos: readonly string[]): Promise<Said[]> {
  const { stdout } = await chiquito(['predict', model, ...photos, '--json', '--quiet'], {}, undefined, [0, 1])
  const { labels, predictions } = predictedSchema.parse(JSON.parse(stdout))
  const byPath = new Map(predictions.map(one => [path.resolve(one.path), one.probabilities]))
  return photos.map(photo => {
    const row = byPath.get(path.resolve(photo))
    return row === undefined ? 'not answered' : new Map(labels.map((label, k) => [label, row[k]]))
  })
}
