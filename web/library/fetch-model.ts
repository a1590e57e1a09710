import { ChiquitoError } from '../../src/core/error.js'
import type { LoadOptions, LoadProgress } from './types.js'
import { joined } from './unpacked.js'

/** The largest network of use in a browser takes a fifth of it; a page that takes more memory is ended by phones. */
export const MAX_MODEL_BYTES = 512 * 1024 * 1024

/** What tells a page from a model. */
const START_BYTES = 256

/**
 * The bytes of a model. With a cache the network is asked first (by its own cache, that costs nothing where nothing changed), and
 * what it answered last time is taken where it does not.
 *
 * @throws `io`, and what `fetch` throws
 */
export async function fetchModel(
  address: string,
  { signal, progress, cache }: Pick<LoadOptions, 'signal' | 'progress' | 'cache'>,
): Promise<ArrayBuffer> {
  const kept = cache === undefined || !('caches' in globalThis) ? undefined : await caches.open(cache)
  try {
    const response = await fetch(address, { cache: kept ? 'no-cache' : 'default', ...(signal && { signal }) })
    if (!response.ok)
      throw new ChiquitoError(
        'io',
        `The model ${address} cannot be fetched: the server answered ${response.status}${response.statusText && ` (${response.statusText})`}.`,
      )
    const bytes = await readAll(response, address, progress)
    requireNoPage(bytes, address, response.url)
    // A full disk must not keep anybody from a model that is there.
    await kept?.put(address, new Response(bytes)).catch(() => undefined)
    return bytes
  } catch (error) {
    const before = signal?.aborted ? undefined : await kept?.match(address)
    if (before === undefined) throw error
    return readAll(before, address, progress)
  }
}

/** Many hosts answer 200 with their start page where there is no such file; it must not be kept as a model either. */
function requireNoPage(bytes: ArrayBuffer, address: string, url: string): void {
  const start = new TextDecoder().decode(new Uint8Array(bytes, 0, Math.min(bytes.byteLength, START_BYTES)))
  if (!/^\s*<(!doctype|!--|html|\?xml)/i.test(start)) return
  throw new ChiquitoError(
    'io',
    `The model ${address} cannot be fetched: at ${url} is a web page. Many hosts send one where there is no such file: check the address.`,
  )
}

async function readAll(
  response: Response,
  address: string,
  progress: LoadProgress | undefined,
): Promise<ArrayBuffer> {
  if (!response.body) return response.arrayBuffer()
  const total = totalOf(response)
  const pieces: Uint8Array[] = []
  let loaded = 0
  const reader = response.body.getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    loaded += next.value.length
    if (loaded > MAX_MODEL_BYTES) {
      await reader.cancel()
      throw new ChiquitoError('model', `${address} has more bytes than the limit of ${MAX_MODEL_BYTES}.`)
    }
    pieces.push(next.value)
    progress?.(loaded, total)
  }
  return joined(pieces, loaded).buffer
}

/** Of a response that comes as it is: compressed ones tell another length. */
function totalOf({ headers }: Response): number | undefined {
  const length = Number(headers.get('content-length'))
  return headers.has('content-encoding') || !(length > 0) ? undefined : length
}
