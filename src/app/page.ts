import { ChiquitoError } from '../core/index.js'
import type { Site } from './site.js'

/**
 * Scripts and everything else come from the page's own place, and nothing goes anywhere else. Pictures are shown out of memory
 * (`blob:`), and the worker starts from there, so that this policy is its own, too.
 */
export const pageDirectives = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "img-src 'self' blob:",
  "media-src 'self' blob:",
  "style-src 'self'",
  "manifest-src 'self'",
  "base-uri 'self'",
] as const

const policy = [...pageDirectives, "form-action 'self'"].join('; ')

/** Paths of what a page links to. */
export interface PageFiles {
  readonly script: string
  readonly style: string
  readonly icon: string
  readonly appleIcon: string
  readonly manifest: string
}

/**
 * The page: its template with everything that is its own. Whatever comes from people stands in it as text.
 *
 * @param base - the folder it is served from, or undefined for wherever it is
 */
export function renderPage(template: string, site: Site, files: PageFiles, base: string | undefined): string {
  const values: Readonly<Record<string, string>> = {
    CSP: policy,
    BASE: base === undefined ? '' : `<base href="${escaped(base)}">\n`,
    TITLE: escaped(site.title),
    SITE: asData(site),
    MODEL: escaped(site.model.packed.path),
    SCRIPT: escaped(files.script),
    STYLE: escaped(files.style),
    ICON: escaped(files.icon),
    APPLE_ICON: escaped(files.appleIcon),
    MANIFEST: escaped(files.manifest),
  }
  return template.replace(/%([A-Z_]+)%/g, (_, name: string) => {
    if (Object.hasOwn(values, name)) return values[name]
    throw new ChiquitoError('io', `The page's template asks for ${name}. Install the package again.`)
  })
}

/** JSON inside a script element: nothing in it can end that. */
export function asData(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    sign => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function escaped(text: string): string {
  const signs: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return text.replace(/[&<>"']/g, sign => signs[sign])
}

/** What makes the page an app that can be installed and shared to. */
export function manifestOf(
  { title }: Site,
  icons: { readonly svg: string; readonly small: string; readonly large: string; readonly maskable: string },
  {
    base,
    sharePath,
    shareField,
  }: { readonly base: string | undefined; readonly sharePath: string; readonly shareField: string },
): string {
  const home = base ?? './'
  return `${JSON.stringify(
    {
      name: title,
      short_name: [...title].length > 12 ? `${[...title].slice(0, 11).join('')}…` : title,
      ...(base !== undefined && { id: base }),
      start_url: home,
      scope: home,
      display: 'standalone',
      background_color: '#fbfaf7',
      theme_color: '#b3400a',
      icons: [
        { src: icons.small, sizes: '192x192', type: 'image/png' },
        { src: icons.large, sizes: '512x512', type: 'image/png' },
        { src: icons.maskable, sizes: '512x512', type: 'image/png', purpose: 'maskable' },
        { src: icons.svg, sizes: 'any', type: 'image/svg+xml' },
      ],
      share_target: {
        action: `${base ?? ''}${sharePath}`,
        method: 'POST',
        enctype: 'multipart/form-data',
        params: { files: [{ name: shareField, accept: ['image/*'] }] },
      },
    },
    undefined,
    1,
  )}\n`
}
