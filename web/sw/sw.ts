import { SHARE_PATH, SHARED_CACHE, SHARED_FIELD, SHARED_KEY } from '../../src/app/shared-picture.js'
import type { Offline } from '../../src/app/site.js'
import { canUnpack, unpacked } from '../library/unpacked.js'

// Keeps the page for times without a network. `chiquito app` writes what there is to keep in front of this script, so a newer page is
// another script, and browsers notice.

declare const self: ServiceWorkerGlobalScope
declare const OFFLINE: Offline

/** Caches of this page, and of no other of the same host. */
const prefix = `chiquito-app ${self.registration.scope} `
const own = prefix + OFFLINE.version

/** The page runs WebAssembly on several threads only where nothing of other sites can get into it. */
const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
}

self.addEventListener('install', event => event.waitUntil(keepAll()))
self.addEventListener('activate', event => event.waitUntil(takeOver()))
self.addEventListener('message', event => {
  if (event.data === 'take over') void self.skipWaiting()
})
self.addEventListener('fetch', event => {
  const { request } = event
  const url = new URL(request.url)
  if (url.origin !== self.location.origin) return
  if (request.method === 'POST' && url.href === at(SHARE_PATH)) event.respondWith(takeShared(request))
  else if (request.method === 'GET') event.respondWith(answer(request, url))
})

function at(path: string): string {
  return new URL(path, self.registration.scope).href
}

async function keepAll(): Promise<void> {
  const cache = await caches.open(own)
  const { packed, plain } = OFFLINE.model
  const files = [...OFFLINE.files, canUnpack() ? packed : plain]
  await Promise.all(files.map(path => keep(cache, at(path), 'force-cache')))
  await Promise.all(
    Object.entries(OFFLINE.packed).map(([path, packed]) => keepUnpacked(cache, at(path), at(packed))),
  )
  await Promise.all(OFFLINE.plain.map(path => keep(cache, at(path), 'no-cache')))
  const page = await (await cache.match(at('./')))?.text()
  // A host may be half-way through an update: this version is then tried again another time.
  if (!page?.includes(OFFLINE.version)) {
    await caches.delete(own)
    throw new Error('The page is of another version than its service worker.')
  }
}

/** A file with a hash in its name is the same wherever it is found: also in what an older version kept. */
async function keep(cache: Cache, url: string, how: RequestCache): Promise<void> {
  const before = how === 'force-cache' ? await caches.match(url) : undefined
  const response = before ?? (await fetch(url, { cache: how }))
  if (!response.ok) throw new Error(`${url}: ${response.status}`)
  await cache.put(url, response)
}

/** As it is, whatever the host sends: browsers keep what they compile of such a file. */
async function keepUnpacked(cache: Cache, url: string, packed: string): Promise<void> {
  const before = await caches.match(url)
  const bytes = before ? undefined : await unpacked(packed, 'force-cache')
  if (bytes === undefined) await keep(cache, url, 'force-cache')
  else await cache.put(url, new Response(bytes, { headers: { 'content-type': 'application/wasm' } }))
}

async function takeOver(): Promise<void> {
  for (const name of await caches.keys())
    if (name.startsWith(prefix) && name !== own) await caches.delete(name)
  await self.clients.claim()
}

async function answer(request: Request, url: URL): Promise<Response> {
  const cache = await caches.open(own)
  url.search = ''
  url.hash = ''
  // Other pages in the same folder are nobody's business here.
  const kept = await cache.match(url.href === at('index.html') ? at('./') : url.href)
  if (!kept) return fetch(request)
  const headers = new Headers(kept.headers)
  for (const [name, value] of Object.entries(isolation)) headers.set(name, value)
  return new Response(kept.body, { status: kept.status, statusText: kept.statusText, headers })
}

/** Another app shares a picture: it is laid aside, and the page opened, which takes it. */
async function takeShared(request: Request): Promise<Response> {
  const form = await request.formData().catch(() => undefined)
  const picture = form?.get(SHARED_FIELD)
  if (picture instanceof File) {
    const cache = await caches.open(SHARED_CACHE)
    await cache.put(at(SHARED_KEY), new Response(picture, { headers: { 'content-type': picture.type } }))
  }
  return Response.redirect(at('./?shared'), 303)
}
