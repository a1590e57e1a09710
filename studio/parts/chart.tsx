import type { PlotOptions } from '@observablehq/plot'
import { useEffect, useRef, useState } from 'react'

/** Narrower than this nothing could be read. */
const LEAST_WIDTH = 240

/**
 * A chart by Observable Plot, which is loaded when the first one is shown. It takes the width there is.
 *
 * @param label - what it shows, in a sentence, for those who do not see it
 * @param options - made anew for each width
 */
export function Chart({
  label,
  height = 220,
  options,
}: {
  readonly label: string
  readonly height?: number
  readonly options: (plot: typeof import('@observablehq/plot')) => PlotOptions
}) {
  const place = useRef<HTMLDivElement>(null)
  const width = useWidth(place)
  useEffect(() => {
    let isGone = false
    void import('@observablehq/plot').then(plot => {
      if (isGone || !place.current || width === 0) return
      const drawn = plot.plot({ width, height, marginLeft: 48, marginBottom: 40, ...options(plot) })
      // The page's policy allows no style sheets inside of pictures; ours has those rules (styles/chart.css).
      for (const style of drawn.querySelectorAll('style')) style.remove()
      drawn.setAttribute('aria-hidden', 'true')
      place.current.replaceChildren(drawn)
    })
    return () => {
      isGone = true
    }
  }, [width, height, options])
  return (
    <figure className="chart">
      <div ref={place} role="img" aria-label={label} style={{ minHeight: height }} />
    </figure>
  )
}

function useWidth(place: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const element = place.current
    if (!element) return
    const measure = () => setWidth(Math.max(LEAST_WIDTH, Math.floor(element.clientWidth)))
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    measure()
    return () => observer.disconnect()
  }, [place])
  return width
}
