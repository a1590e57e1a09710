import { type RefObject, useLayoutEffect, useState } from 'react'

/** How wide the inside of an element is, in CSS pixels, as it changes; known before it is first painted. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const { current } = element
    if (current === null) return
    setWidth(insideOf(current))
    const observer = new ResizeObserver(([entry]) => setWidth(entry.contentRect.width))
    observer.observe(current)
    return () => observer.disconnect()
  }, [element])
  return width
}

function insideOf(element: HTMLElement): number {
  const { paddingLeft, paddingRight } = getComputedStyle(element)
  return element.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight)
}
