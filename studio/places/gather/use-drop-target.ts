import { type DragEvent, useRef, useState } from 'react'

/** Something that files can be dropped on. What lies inside another such thing is taken by the inner one alone. */
export function useDropTarget(take: (transfer: DataTransfer) => void | Promise<void>) {
  const [isOver, setOver] = useState(false)
  // Moving over a child leaves the parent for the browser: what counts is how often it was entered and not left.
  const depth = useRef(0)
  const handlers = {
    onDragEnter(event: DragEvent) {
      if (!hasFiles(event)) return
      event.preventDefault()
      depth.current++
      setOver(true)
    },
    onDragLeave() {
      depth.current = Math.max(0, depth.current - 1)
      if (depth.current === 0) setOver(false)
    },
    onDragOver(event: DragEvent) {
      if (hasFiles(event)) event.preventDefault()
    },
    onDrop(event: DragEvent) {
      if (!hasFiles(event)) return
      event.preventDefault()
      depth.current = 0
      setOver(false)
      if (taken.has(event.nativeEvent)) return
      taken.add(event.nativeEvent)
      void take(event.dataTransfer)
    },
  }
  return { isOver, handlers }
}

/** Drops that an inner target has taken. */
const taken = new WeakSet<Event>()

function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer.types.includes('Files')
}
