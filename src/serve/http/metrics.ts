import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Room } from './room.js'

/** What became of a photo. */
export type PhotoOutcome = 'answered' | 'neither' | 'refused'

const secondBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** What the server counts, as Prometheus reads it. */
export class Metrics {
  private readonly registry = new Registry()
  private readonly requests = new Counter({
    name: 'chiquito_http_requests_total',
    help: 'Requests that were answered.',
    labelNames: ['route', 'status'],
    registers: [this.registry],
  })
  private readonly seconds = new Histogram({
    name: 'chiquito_http_request_seconds',
    help: 'From the headers of a request to its answer.',
    labelNames: ['route'],
    buckets: secondBuckets,
    registers: [this.registry],
  })
  private readonly photos = new Counter({
    name: 'chiquito_photos_total',
    help: 'Photos that were judged, found to be neither of the labels, or refused as unreadable.',
    labelNames: ['outcome'],
    registers: [this.registry],
  })
  private readonly batches = new Histogram({
    name: 'chiquito_batch_photos',
    help: 'Photos that the network looked at together.',
    buckets: [1, 2, 4, 8, 16, 32],
    registers: [this.registry],
  })
  private readonly network = new Histogram({
    name: 'chiquito_network_seconds',
    help: 'That the network took for a batch.',
    buckets: secondBuckets,
    registers: [this.registry],
  })
  private readonly reloads = new Counter({
    name: 'chiquito_model_reloads_total',
    help: 'Models that took over while the server ran, or were refused.',
    labelNames: ['outcome'],
    registers: [this.registry],
  })

  constructor(room: Room, isReady: () => boolean) {
    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({
        name,
        help,
        registers: [this.registry],
        collect() {
          this.set(read())
        },
      })
    gauge('chiquito_photos_waiting', 'Photos that are at work or wait for it.', () => room.photos)
    gauge('chiquito_body_bytes', 'Bytes of requests that are in memory.', () => room.bytes)
    gauge('chiquito_ready', '1 where photos are judged.', () => (isReady() ? 1 : 0))
    collectDefaultMetrics({ register: this.registry })
  }

  get type(): string {
    return this.registry.contentType
  }

  text(): Promise<string> {
    return this.registry.metrics()
  }

  /**
   * @param status - of HTTP, or `gone` where nobody waited for it
   * @param seconds - undefined for what was refused before it was a request
   */
  request(route: string, status: string, seconds: number | undefined): void {
    this.requests.inc({ route, status })
    if (seconds !== undefined) this.seconds.observe({ route }, seconds)
  }

  photo(outcome: PhotoOutcome): void {
    this.photos.inc({ outcome })
  }

  batch(photos: number, seconds: number): void {
    this.batches.observe(photos)
    this.network.observe(seconds)
  }

  reload(outcome: 'taken' | 'refused'): void {
    this.reloads.inc({ outcome })
  }
}
