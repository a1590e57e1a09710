import { join } from 'node:path'
import { html } from 'hono/html'
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

/** Who made each photo and under which licence it is offered, as a page and as Markdown, ready to publish. @throws `io` */
export async function writeAttribution(folder: string, rows: readonly AttributedRow[]): Promise<void> {
  await writeFileAtomic(join(folder, 'ATTRIBUTION.md'), attributionMarkdown(rows))
  await writeFileAtomic(join(folder, 'ATTRIBUTION.html'), await attributionPage(rows))
}

export function attributionMarkdown(rows: readonly AttributedRow[]): string {
  const lines = rows.map(row => {
    const parts = [
      `\`${row.file_name}\`: ${markdownLink(titleOf(row), row.page_url ?? row.source_url)}`,
      `by ${markdownText(row.creator ?? 'unknown')}`,
      markdownLink(licenceName(row), row.license_url),
    ]
    return `- ${parts.join(', ')}`
  })
  return `# Photos and who made them\n\n${lines.join('\n')}\n`
}

export async function attributionPage(rows: readonly AttributedRow[]): Promise<string> {
  const link = (text: string, address: string | null) => {
    const safe = webAddress(address)
    return safe === undefined ? html`<bdi>${text}</bdi>` : html`<a href="${safe}"><bdi>${text}</bdi></a>`
  }
  const items = rows.map(
    row => html`
<li><code>${row.file_name}</code>: ${link(titleOf(row), row.page_url ?? row.source_url)}
by <bdi>${row.creator ?? 'unknown'}</bdi>, ${link(licenceName(row), row.license_url)}</li>`,
  )
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

function titleOf({ title, file_name }: AttributedRow): string {
  return title?.trim() || file_name
}

/** Addresses come from strangers: only those of the web become links. */
function webAddress(address: string | null): string | undefined {
  if (address === null || !URL.canParse(address)) return undefined
  const url = new URL(address)
  return ['http:', 'https:'].includes(url.protocol) ? url.href : undefined
}

/** Text that Markdown takes for nothing else, in one line. */
function markdownText(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*_{}[\]()#+\-.!|<>~&:@/]/g, '\\$&')
}

function markdownLink(text: string, address: string | null): string {
  const safe = webAddress(address)?.replace(/[()<>\s]/g, encodeURIComponent)
  return safe === undefined ? markdownText(text) : `[${markdownText(text)}](<${safe}>)`
}
