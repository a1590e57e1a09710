import { page } from './html.js'
import { script } from './script.js'
import { styles } from './styles.js'

/** A file of the page to try the server with. */
export interface PageFile {
  readonly path: string
  readonly type: string
  readonly text: string
  /** What a browser may do with it (Content-Security-Policy). */
  readonly policy: string
}

/** Nothing from elsewhere, nothing inline; photos are shown from memory. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src blob: data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

const nothing = "default-src 'none'"

export const pageFiles: readonly PageFile[] = [
  { path: '/', type: 'text/html; charset=utf-8', text: page, policy },
  { path: '/try.js', type: 'text/javascript; charset=utf-8', text: script, policy: nothing },
  { path: '/try.css', type: 'text/css; charset=utf-8', text: styles, policy: nothing },
]
