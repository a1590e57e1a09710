// The only file that knows the chart library and the stand-in for a browser's document.
import * as Plot from '@observablehq/plot'
import { DOMParser } from 'linkedom'
import { light, type Palette, page } from '../palette/index.js'

export { Plot }

/** Where a chart goes: into a page, whose style sheet gives the colours, or into a file of its own. */
export interface ChartTarget {
  readonly palette: Palette
  readonly standalone: boolean
}

export const inPage: ChartTarget = { palette: page, standalone: false }
export const inFile: ChartTarget = { palette: light, standalone: true }

/** Charts are drawn for this width and shrink with the page; their text must stay readable on a phone. */
export const CHART_WIDTH = 480
export const CHART_HEIGHT = 300
const FONT_SIZE = 13
const FONT_FAMILY = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

const SVG_NAMESPACE = 'http://www.w3.org/2000/svg'

/** Draws a chart as SVG text; `label` says in words what it shows. */
export function draw(options: Plot.PlotOptions, label: string, target: ChartTarget): string {
  // An XML document, so that attributes and text are escaped as XML wants them.
  const document = new DOMParser().parseFromString(`<svg xmlns="${SVG_NAMESPACE}"/>`, 'image/svg+xml')
  const { palette, standalone } = target
  const svg = Plot.plot({
    width: CHART_WIDTH,
    height: CHART_HEIGHT,
    ...options,
    document,
    style: { fontSize: `${FONT_SIZE}px`, fontFamily: FONT_FAMILY },
  })
  svg.setAttribute('xmlns', SVG_NAMESPACE)
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-label', label)
  svg.setAttribute('color', standalone ? palette.ink : 'currentColor')
  if (standalone) svg.insertBefore(backdrop(document, palette), svg.firstChild)
  return String(svg.outerHTML)
}

/** Charts of equal height side by side in one file. */
export function beside(charts: readonly string[], width: number, height: number): string {
  const placed = charts.map((chart, i) => chart.replace('<svg ', `<svg x="${i * width}" `))
  const size = `width="${charts.length * width}" height="${height}" viewBox="0 0 ${charts.length * width} ${height}"`
  return `<svg xmlns="${SVG_NAMESPACE}" ${size}>${placed.join('')}</svg>`
}

function backdrop(document: ReturnType<DOMParser['parseFromString']>, palette: Palette) {
  const rect = document.createElementNS(SVG_NAMESPACE, 'rect', {})
  rect.setAttribute('width', '100%')
  rect.setAttribute('height', '100%')
  rect.setAttribute('fill', palette.paper)
  return rect
}

/** Room for the title above and the axes at the sides. */
export const MARGINS = { marginTop: 56, marginLeft: 48, marginBottom: 42 } as const

/** A line of a chart with its name in the legend. */
export interface Series {
  readonly name: string
  readonly colour: string
}

/** The chart's title and, above two curves, which is which. */
export function heading(title: string, series: readonly Series[]) {
  const anchor = { frameAnchor: 'top-left', dy: -44 } as const
  const legend = series.length < 2 ? [] : series
  return [
    Plot.text([title], { ...anchor, dx: -MARGINS.marginLeft, fontWeight: 600, fontSize: 15 }),
    ...legend.map((s, i) =>
      Plot.text([`● ${s.name}`], { ...anchor, dx: 200 + 100 * i, fill: s.colour, fontSize: 13 }),
    ),
  ]
}

/** What the horizontal axis shows, below its right end. */
export function caption(text: string, colour: string) {
  return Plot.text([text], { frameAnchor: 'bottom-right', dy: 38, fill: colour })
}
