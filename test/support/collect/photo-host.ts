import type { IncomingMessage, ServerResponse } from 'node:http'
import sharp from 'sharp'
import { RandomStream } from '../../../src/core/index.js'

/** Blobs of colour, so that no two pictures look alike: the number decides. */
export async function smallPhoto(number: number, side = 64): Promise<Buffer> {
  const random = RandomStream.fromSeed(number).fork('photo')
  const cells = 6
  const data = Buffer.from(Array.from({ length: cells * cells * 3 }, () => random.integer(256)))
  return sharp(data, { raw: { width: cells, height: cells, channels: 3 } })
    .resize(side, side, { kernel: 'cubic' })
    .jpeg({ quality: 80 })
    .toBuffer()
}

/** Answers `/photo/NUMBER.jpg` with that picture; false for other paths. */
export async function answerPhoto(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  const match = /^\/photo\/(\d+)\.jpg/.exec(request.url ?? '')
  if (match === null) return false
  const bytes = await smallPhoto(Number(match[1]))
  response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': bytes.length }).end(bytes)
  return true
}

/** An answer of Openverse: a page of 20 of the photos at these addresses. */
export function openversePage(request: IncomingMessage, addresses: readonly string[]): string {
  const query = new URL(request.url ?? '', 'http://x').searchParams
  const [page, size] = [Number(query.get('page') ?? 1), Number(query.get('page_size') ?? 20)]
  const results = addresses.slice((page - 1) * size, page * size).map((url, i) => ({
    id: `${page}-${i}`,
    title: `Photo ${(page - 1) * size + i}`,
    foreign_landing_url: `https://example.org/${page}/${i}`,
    url,
    creator: `Photographer ${i % 7}`,
    license: ['by', 'by-sa', 'by-nc', 'by-nd', 'cc0'][i % 5],
    license_version: '4.0',
    license_url: 'https://creativecommons.org/licenses/',
  }))
  const pages = Math.ceil(addresses.length / size)
  return JSON.stringify({ result_count: addresses.length, page_count: pages, page_size: size, page, results })
}
