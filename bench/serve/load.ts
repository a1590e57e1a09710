import { Agent, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

/** A request's body, and what it is. */
export interface Sent {
  readonly type: string
  readonly body: Buffer
}

export interface LoadOptions {
  /** Of the server, such as `http://127.0.0.1:8000`. */
  readonly address: string
  /** Taken in turns. */
  readonly requests: readonly Sent[]
  /** Requests under way at a time, each on a connection that stays. */
  readonly concurrency: number
  /** How long new ones are begun, or how many there are. */
  readonly until: { readonly seconds: number } | { readonly count: number }
}

export interface Load {
  /** Requests a second. */
  readonly rate: number
  /** Of each request, in ms, sorted. */
  readonly latencies: Float64Array
}

/** Connections that come all at once are often taken by one of a server's processes, and the other stands idle: they come one by one, ms apart. */
const APART = 4

/** Asks a server over and over. Throws for an answer that is none. */
export async function load({ address, requests, concurrency, until }: LoadOptions): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency })
  const latencies: number[] = []
  const started = performance.now()
  let begun = 0
  const goesOn = () =>
    'count' in until ? begun < until.count : performance.now() - started < until.seconds * 1000
  try {
    await Promise.all(
      Array.from({ length: concurrency }, async (_, i) => {
        await pause(i * APART)
        while (goesOn()) {
          const sent = requests[begun++ % requests.length]
          const from = performance.now()
          await ask(address, sent, agent)
          latencies.push(performance.now() - from)
        }
      }),
    )
    const seconds = (performance.now() - started) / 1000
    return { rate: latencies.length / seconds, latencies: Float64Array.from(latencies).sort() }
  } finally {
    agent.destroy()
  }
}

/** One answer, as text. */
export function ask(address: string, { type, body }: Sent, agent?: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': type, 'content-length': body.length }
    const asked = request(
      `${address}/v1/predict`,
      { method: 'POST', headers, ...(agent ? { agent } : {}) },
      answer => {
        const parts: Buffer[] = []
        answer.on('data', part => parts.push(part))
        answer.on('error', reject)
        answer.on('end', () => {
          const text = Buffer.concat(parts).toString()
          if (answer.statusCode === 200) resolve(text)
          else reject(new Error(`${address} answered with ${answer.statusCode}: ${text.slice(0, 300)}`))
        })
      },
    )
    asked.on('error', reject)
    asked.end(body)
  })
}

/** The value below which a share of sorted ones lie. */
export function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
}
