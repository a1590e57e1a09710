/** The page's element of that id, of that kind; the page is ours, so it is there. */
export function element<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id)
  if (found instanceof kind) return found
  throw new Error(`The page has no ${kind.name} "${id}".`)
}

/** A canvas to draw on. */
export function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d')
  if (context) return context
  throw new Error('This browser gives no canvas to draw on.')
}
