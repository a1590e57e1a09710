import { type RefObject, useEffect, useState } from 'react'

/** How wide an element is, in CSS pixels, as it changes. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const { current } = element
    if (current === null) return
    const observer = new ResizeObserver(([entry]) => setWidth(entry.contentRect.width))
    observer.observe(current)
    return () => observer.disconnect()
  }, [element])
  return width
}
