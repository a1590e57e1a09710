import { join } from 'node:path'
import { html } from 'hono/html'
import { markdownCode, markdownText } from '../../core/index.js'
import { writeFileAtomic } from '../../files/index.js'
import type { AttributedRow } from './metadata.js'

/** How people write the licences that have a common code. */
function licenceName({ license }: AttributedRow): string {
  if (license === null) return 'licence unknown'
  const [code, version = ''] = license.split(' ')
  if (code === 'cc0') return `CC0 ${version || '1.0'}`
  if (code === 'pdm') return 'Public Domain Mark'
  return /^(by|by-sa|by-nd|by-nc|by-nc-sa|by-nc-nd)$/.test(code)
    ? `CC ${code.toUpperCase()} ${version}`.trim()
    : license
}

export const attributionFiles = { markdown: 'ATTRIBUTION.md', page: 'ATTRIBUTION.html' } as const

/** Who made each photo and under which licence it is offered, as a page and as Markdown, ready to publish. @throws `io` */
export async function writeAttribution(folder: string, rows: readonly AttributedRow[]): Promise<void> {
  await writeFileAtomic(join(folder, attributionFiles.markdown), attributionMarkdown(rows))
  await writeFileAtomic(join(folder, attributionFiles.page), await attributionPage(rows))
}

export function attributionMarkdown(rows: readonly AttributedRow[]): string {
  const lines = rows.map(row => {
    const shown = shownOf(row)
    const parts = [
      ...(shown === undefined ? [] : [markdownLink(shown.text, shown.address)]),
      `by ${markdownText(creatorOf(row))}`,
      markdownLink(licenceName(row), row.license_url),
    ]
    return `- ${markdownCode(row.file_name)}: ${parts.join(', ')}`
  })
  return `# Photos and who made them\n\n${lines.join('\n')}\n`
}

export async function attributionPage(rows: readonly AttributedRow[]): Promise<string> {
  const link = (text: string, address: string | null) => {
    const safe = webAddress(address)
    return safe === undefined ? html`<bdi>${text}</bdi>` : html`<a href="${safe}"><bdi>${text}</bdi></a>`
  }
  const items = rows.map(row => {
    const shown = shownOf(row)
    return html`
<li><code>${row.file_name}</code>: ${shown && link(shown.text, shown.address)}
by <bdi>${creatorOf(row)}</bdi>, ${link(licenceName(row), row.license_url)}</li>`
  })
  const page = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Photos and who made them</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}</style>
</head>
<body>
<h1>Photos and who made them</h1>
<ul>${items}
</ul>
</body>
</html>
`
  return page.toString()
}

/** A title is a line; what some sources give for one is a whole description. */
const MAX_CHARACTERS = 120

function short(text: string): string {
  const signs = [...text.slice(0, 4 * MAX_CHARACTERS)]
  return signs.length <= MAX_CHARACTERS
    ? text
    : `${signs
        .slice(0, MAX_CHARACTERS - 1)
        .join('')
        .trimEnd()}…`
}

function creatorOf({ creator }: AttributedRow): string {
  return short(creator?.trim() || 'unknown')
}

/**
 * What leads to the photo's page: its title, or where it has none, the site. Nothing for a photo of the person's own,
 * whose name has been said.
 */
function shownOf({ title, page_url, source_url }: AttributedRow) {
  const address = page_url ?? source_url
  const safe = webAddress(address)
  const text = title?.trim() || (safe === undefined ? '' : new URL(safe).host)
  return text === '' ? undefined : { text: short(text), address }
}

/** Addresses come from strangers: only those of the web become links. */
function webAddress(address: string | null): string | undefined {
  if (address === null || !URL.canParse(address)) return undefined
  const url = new URL(address)
  return ['http:', 'https:'].includes(url.protocol) ? url.href : undefined
}

function markdownLink(text: string, address: string | null): string {
  const safe = webAddress(address)?.replace(/[()<>\s]/g, encodeURIComponent)
  return safe === undefined ? markdownText(text) : `[${markdownText(text)}](<${safe}>)`
}
