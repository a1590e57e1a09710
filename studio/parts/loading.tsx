import { useWords } from '../words/index.js'

/** Shown only where it takes a moment (styles/base.css), so that quick answers do not flicker. */
export function Loading() {
  const { shell: words } = useWords()
  return (
    <p className="loading" role="status">
      {words.loading}
    </p>
  )
}
