import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { ChiquitoError, packagePath } from '../core/index.js'
import { packModel } from './pack-model.js'
import { asData, manifestOf, renderPage } from './page.js'
import { SHARE_PATH, SHARED_FIELD } from './shared-picture.js'
import type { Offline, Site, SiteFile, SiteRuntime } from './site.js'

export interface SiteOptions {
  readonly title: string
  readonly words: Site['words']
  readonly subject: string | null
  /** Of the model file. */
  readonly model: Uint8Array
  /** The folder it is served from, such as `/photos/`; undefined for wherever it is. */
  readonly base: string | undefined
}

/** The files of a page. */
export interface BuiltSite {
  /** By path. */
  readonly files: ReadonlyMap<string, Uint8Array | string>
  readonly version: string
  readonly model: string
  /** Fetched by every browser; by those that can use WebGPU in the place of `runtime`'s. */
  readonly first: readonly string[]
  readonly gpu: readonly string[]
}

const gzipped = promisify(gzip)

const runtimes = {
  wasm: ['ort.wasm.min.mjs', 'ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm'],
  webgpu: ['ort.jspi.min.mjs', 'ort-wasm-simd-threaded.jspi.mjs', 'ort-wasm-simd-threaded.jspi.wasm'],
} as const

/** Puts a page together from what the package carries. @throws `io` where that was not built, or is not whole */
export async function buildSite(options: SiteOptions): Promise<BuiltSite> {
  const files = new Map<string, Uint8Array | string>()
  const add = (name: string, bytes: Uint8Array): string => {
    const named = hashed(name, bytes)
    files.set(named, bytes)
    return named
  }
  const carried = async (place: string, name = path.posix.basename(place)) => add(name, await piece(place))
  const added = (name: string, bytes: Uint8Array): SiteFile => ({
    path: add(name, bytes),
    bytes: bytes.length,
  })
  const runtimeOf = async ([script, loader, wasm]: readonly string[]): Promise<SiteRuntime> => ({
    script: await carried(`ort/${script}`),
    loader: await carried(`ort/${loader}`),
    wasm: await carried(`ort/${wasm}`),
    packed: added(`${wasm}.gz`, await gzipped(await piece(`ort/${wasm}`), { level: 9 })),
  })
  const model = added('model.onnx', options.model)
  const packed = added('model.packed', await packModel(options.model))
  const wasm = await runtimeOf(runtimes.wasm)
  const webgpu = await runtimeOf(runtimes.webgpu)
  const worker = await carried('worker.js')
  const linked = {
    script: await carried('app/main.js', 'app.js'),
    style: await carried('app/style.css'),
    icon: await carried('app/icons/icon.svg'),
    appleIcon: await carried('app/icons/apple-touch-icon.png'),
    manifest: 'manifest.webmanifest',
  }
  const icons = {
    svg: linked.icon,
    small: await carried('app/icons/icon-192.png'),
    large: await carried('app/icons/icon-512.png'),
    maskable: await carried('app/icons/icon-maskable-512.png'),
  }
  const template = await text('app/index.html')
  const serviceWorker = await text('app/sw.js')
  const settings = {
    ...options,
    model: { ...model, packed },
    worker,
    runtime: { wasm, webgpu },
  }
  const site = withVersion(settings, [...files.keys(), template, serviceWorker])
  const { base } = options
  files.set('index.html', renderPage(template, site, linked, base))
  files.set(
    linked.manifest,
    manifestOf(site, icons, { base, sharePath: SHARE_PATH, shareField: SHARED_FIELD }),
  )
  const fetched = ({ script, loader, packed }: SiteRuntime) => [script, loader, packed.path]
  const rest = [worker, linked.script, linked.style, linked.icon]
  const offline: Offline = {
    version: site.version,
    files: [...rest, wasm.script, wasm.loader, linked.appleIcon, icons.small, icons.large],
    model: { packed: packed.path, plain: model.path },
    packed: { [wasm.wasm]: wasm.packed.path },
    plain: ['./', linked.manifest],
  }
  files.set('sw.js', `const OFFLINE=${asData(offline)};\n${serviceWorker}`)
  return {
    files,
    version: site.version,
    model: model.path,
    first: ['index.html', packed.path, ...rest, ...fetched(wasm)],
    gpu: fetched(webgpu),
  }
}

/** Anything that changes gives another version, so that open pages notice. */
function withVersion(
  { title, words, subject, base, ...settings }: Omit<Site, 'version'> & Pick<SiteOptions, 'base'>,
  parts: readonly string[],
): Site {
  const site = {
    title,
    words,
    subject,
    model: settings.model,
    worker: settings.worker,
    runtime: settings.runtime,
  }
  const version = createHash('sha256')
    .update(JSON.stringify([site, base ?? null, parts]))
    .digest('hex')
    .slice(0, 16)
  return { ...site, version }
}

/** `app.js` with a hash of its content in its name: it never changes, and may be kept for ever. */
function hashed(name: string, bytes: Uint8Array): string {
  const dot = name.lastIndexOf('.')
  return `${name.slice(0, dot)}-${hashOf(bytes)}${name.slice(dot)}`
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 10)
}

/** Whether a name may be that of a file of some page: {@link isPageFile} says it of the file. */
export function isHashedName(name: string): boolean {
  return hashIn(name) !== undefined
}

/** Whether a file is one that a page was written with, as its name tells its content; no file of anybody else does. */
export function isPageFile(name: string, bytes: Uint8Array): boolean {
  return hashIn(name) === hashOf(bytes)
}

function hashIn(name: string): string | undefined {
  return /-([0-9a-f]{10})\.\w+$/.exec(name)?.[1]
}

async function piece(place: string): Promise<Uint8Array> {
  const file = packagePath(`dist/web/${place}`)
  return readFile(file).catch(error => {
    throw new ChiquitoError(
      'io',
      `"${file}", a part of every app, is missing. Install the package again; in a checkout: npm run build`,
      { cause: error },
    )
  })
}

async function text(place: string): Promise<string> {
  return Buffer.from(await piece(place)).toString('utf8')
}
