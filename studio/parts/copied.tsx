import { useEffect, useState } from 'react'
import { Button } from 'react-aria-components'
import { useWords } from '../words/index.js'
import { Icon } from './icon.js'

const SAID_MS = 2000

/** Lines that are copied with one click. */
export function Copied({ text, label }: { readonly text: string; readonly label: string }) {
  const { shell: words } = useWords()
  const [isCopied, setCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return
    const timer = setTimeout(() => setCopied(false), SAID_MS)
    return () => clearTimeout(timer)
  }, [isCopied])
  return (
    <div className="code">
      <pre>
        <code>{text}</code>
      </pre>
      <Button
        className="button"
        aria-label={`${words.copy}: ${label}`}
        onPress={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
      >
        <Icon name={isCopied ? 'check' : 'copy'} />
        <span role="status">{isCopied ? words.copied : words.copy}</span>
      </Button>
    </div>
  )
}
