import { type Html, html, raw } from './markup.js'
import { styleSheet } from './style.js'

/** Nothing may be fetched and nothing may run: pictures are in the page, styles too, and there is no script. */
const policyOf = (pictures: string) =>
  `default-src 'none'; ${pictures}style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'`

const FOOTER = 'Made by chiquito. This page is one file: keep it, send it, open it offline.'

export interface DocumentParts {
  /** As a browser's tab shows it. */
  readonly title: string
  /** Rules beside those of every page. */
  readonly style?: string | undefined
  readonly headline: Html
  /** Ids and titles of the sections, for the contents; none where the page is short. */
  readonly contents?: readonly { readonly id: string; readonly title: string }[] | undefined
  readonly sections: readonly Html[]
  /** The last line. */
  readonly footer?: string | undefined
  /** False where there is none, so that none may be shown. */
  readonly hasPictures?: boolean | undefined
}

/** One HTML file that opens offline, with scripts off, in light and dark. */
export async function htmlDocument(parts: DocumentParts): Promise<string> {
  const { title, style = '', headline, contents, sections, footer = FOOTER, hasPictures = true } = parts
  const page = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${raw(policyOf(hasPictures ? 'img-src data:; ' : ''))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${raw(styleSheet + style)}</style>
</head>
<body>
${headline}
${contents === undefined ? html`` : html`<nav aria-label="Contents"><ul>${contents.map(({ id, title: name }) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>`}
<main>${sections}</main>
<footer><p>${footer}</p></footer>
</body>
</html>
`
  return page.toString()
}
