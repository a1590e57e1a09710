import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { ChiquitoError, packagePath } from '../../core/index.js'
import { safeHeaders } from '../../serve/index.js'
import type { StudioApp } from '../studio.js'

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/** Names of files carry a hash of what is in them. */
const FOREVER = 'private, max-age=31536000, immutable'

/** In `index.html`, where the nonce of the answer is to stand. */
const NONCE = '__NONCE__'

/**
 * What a browser may do with the page: nothing from elsewhere, nothing inline but the two style sheets that React Aria makes
 * itself, which it marks with the nonce.
 */
function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "worker-src 'self' blob:",
    "frame-src 'self'",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ')
}

/** The page and its files, as the build left them. @throws `io`: it was never built */
export function pageRoutes(app: StudioApp): void {
  const folder = packagePath('dist/studio-page')
  if (!existsSync(join(folder, 'index.html')))
    throw new ChiquitoError(
      'io',
      `The studio's page is missing in "${folder}". Install the package again, or run npm run build.`,
    )
  const page = readFileSync(join(folder, 'index.html'), 'utf8')
  app.get('/', () => {
    const nonce = randomBytes(16).toString('base64')
    return new Response(page.replaceAll(NONCE, nonce), {
      headers: {
        ...safeHeaders,
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': policy(nonce),
        'cross-origin-opener-policy': 'same-origin',
        'x-frame-options': 'DENY',
        'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
      },
    })
  })
  addFile(app, '/icon.svg', join(folder, 'icon.svg'))
  for (const name of readdirSync(join(folder, 'assets')))
    addFile(app, `/assets/${name}`, join(folder, 'assets', name))
}

function addFile(app: StudioApp, path: string, file: string): void {
  const type = types[extname(file)]
  if (type === undefined) return
  const bytes = readFileSync(file)
  app.get(
    path,
    () =>
      new Response(bytes, { headers: { ...safeHeaders, 'content-type': type, 'cache-control': FOREVER } }),
  )
}
