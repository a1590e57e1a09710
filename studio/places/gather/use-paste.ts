import { useEffect, useRef } from 'react'

/**
 * Files out of the clipboard, wherever on the page one stands. Where that is in the card of a class, they are of that class.
 *
 * @param take - called while the event is being handled
 */
export function usePaste(take: (transfer: DataTransfer, label: string | undefined) => void): void {
  const latest = useRef(take)
  latest.current = take
  useEffect(() => {
    const pasted = ({ clipboardData, target }: ClipboardEvent) => {
      if (clipboardData === null || !clipboardData.types.includes('Files') || !(target instanceof Element))
        return
      // A dialog asks for something else, and what is written into a field is text.
      if (target.closest('[role=dialog], input, textarea') !== null) return
      const card = target.closest('[data-class]')
      latest.current(clipboardData, card?.getAttribute('data-class') ?? undefined)
    }
    document.addEventListener('paste', pasted)
    return () => document.removeEventListener('paste', pasted)
  }, [])
}
