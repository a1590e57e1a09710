import { useSyncExternalStore } from 'react'
import { Button } from 'react-aria-components'
import { ErrorText, type Trouble } from '../parts/error-text.js'
import { Icon } from '../parts/icon.js'
import { useWords } from '../words/index.js'

interface Toast {
  readonly id: number
  /** A text is the page's own. */
  readonly said: string | Trouble
  readonly kind: 'told' | 'trouble'
}

/** Long enough to be read. What went wrong stays until it is dismissed. */
const SHOWN_MS = 5000
const MOST = 3

let toasts: readonly Toast[] = []
let count = 0
const watchers = new Set<() => void>()

/** Says something in passing. @returns what takes it back */
export function toast(said: string | Trouble, kind: Toast['kind'] = 'told'): () => void {
  const id = ++count
  set([...toasts, { id, said, kind }].slice(-MOST))
  if (kind === 'told') setTimeout(() => dismiss(id), SHOWN_MS)
  return () => dismiss(id)
}

function dismiss(id: number): void {
  set(toasts.filter(one => one.id !== id))
}

function set(next: readonly Toast[]): void {
  toasts = next
  for (const watcher of watchers) watcher()
}

export function Toasts() {
  const { shell: words } = useWords()
  const shown = useSyncExternalStore(
    watcher => {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
    () => toasts,
  )
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map(({ id, said, kind }) => (
        <div key={id} className={`toast ${kind}`}>
          <span>{typeof said === 'string' ? said : <ErrorText error={said} />}</span>
          <Button className="button bare" aria-label={words.dismiss} onPress={() => dismiss(id)}>
            <Icon name="close" />
          </Button>
        </div>
      ))}
    </div>
  )
}
