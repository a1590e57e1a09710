import type { ReportInput } from './input.js'
import { type Html, html, raw } from './markup.js'
import { dataSection } from './sections/data.js'
import { headline, modelSection } from './sections/headline.js'
import { photosSection } from './sections/photos.js'
import { qualitySection } from './sections/quality.js'
import { repeatSection } from './sections/repeat.js'
import { hasTraining, trainingSection } from './sections/training.js'
import { styleSheet } from './style.js'
import { titleOf } from './verdict.js'

/** Nothing may be fetched and nothing may run: pictures are in the page, styles too, and there is no script. */
const POLICY =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

interface Part {
  readonly id: string
  /** Its name in the contents. */
  readonly title: string
  readonly render: (input: ReportInput) => Html
  /** Whether there is anything to show; always, where it is not given. */
  readonly when?: (input: ReportInput) => boolean
}

/** What comes after the headline, in order. */
const PARTS: readonly Part[] = [
  { id: 'figures', title: 'Mistakes', render: qualitySection },
  { id: 'photos', title: 'Photos', render: photosSection, when: input => input.galleries.length > 0 },
  { id: 'training', title: 'Training', render: trainingSection, when: hasTraining },
  { id: 'data', title: 'Data', render: dataSection },
  { id: 'model', title: 'Model', render: modelSection },
  { id: 'repeat', title: 'Repeat', render: repeatSection },
]

/**
 * The report as one HTML file that opens offline, with scripts off, in light and dark.
 *
 * @throws ChiquitoError `usage` when a picture is not one
 */
export async function renderReport(input: ReportInput): Promise<string> {
  const parts = PARTS.filter(part => part.when?.(input) ?? true)
  const page = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${raw(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${titleOf(input)} · chiquito report</title>
<style>${raw(styleSheet)}</style>
</head>
<body>
${headline(input)}
<nav aria-label="Contents"><ul>${parts.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
<main>${parts.map(({ render }) => render(input))}</main>
<footer><p>Made by chiquito. This page is one file: keep it, send it, open it offline.</p></footer>
</body>
</html>
`
  return page.toString()
}
