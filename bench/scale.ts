import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { besideThreads } from './scale/beside-threads.js'
import { handingOut } from './scale/handing-out.js'
import { behindLatency } from './scale/latency.js'
import { noRedis, QueueServer } from './support/queue.js'
import type { BenchOptions, BenchResult } from './support/result.js'

/**
 * Work done by others, through a server of its own: what handing out costs, two workers beside two threads, and eight workers beside one
 * where photos come late.
 */
export async function benchScale({ json, only = '', rounds = 3 }: BenchOptions): Promise<BenchResult> {
  const name = 'scale'
  const folder = await mkdtemp(path.join(tmpdir(), 'chiquito-scale-'))
  const server = await QueueServer.start(folder)
  try {
    if (server === undefined) return { name, rows: [], skipped: noRedis }
    const options = {
      folder,
      queue: server.address,
      rounds,
      isWanted: (what: string) => what.includes(only),
      say: (line: string) => (json ? undefined : console.error(line)),
    }
    const parts = [handingOut, besideThreads, behindLatency]
    const rows = []
    for (const part of parts) rows.push(...(await part(options)))
    return { name, rows }
  } finally {
    await server?.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
