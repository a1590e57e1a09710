import type { Figure } from './figures.js'
import type { ReportInput } from './input.js'

// What draws charts is loaded once something is drawn: the library for it takes as long to load as much of the program.

/**
 * The report as one HTML file that opens offline, with scripts off, in light and dark.
 *
 * @throws ChiquitoError `usage` when a picture is not one
 */
export async function renderReport(input: ReportInput): Promise<string> {
  const { renderReport: render } = await import('./page.js')
  return render(input)
}

/** The report's main pictures as SVG files, light, with their own background. */
export async function figures(input: ReportInput): Promise<Figure[]> {
  const { figures: drawn } = await import('./figures.js')
  return drawn(input)
}
