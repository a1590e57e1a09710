import { Button } from 'react-aria-components'
import { useWords } from '../words/index.js'
import { Icon } from './icon.js'

/** What went wrong, in the server's words, which say what to do. */
export function ErrorNote({
  error,
  retry,
}: {
  readonly error: { readonly message: string } | string
  readonly retry?: () => void
}) {
  const { shell: words } = useWords()
  return (
    <div className="note trouble" role="alert">
      <Icon name="warn" />
      <p>{typeof error === 'string' ? error : error.message}</p>
      {retry && (
        <Button className="button" onPress={retry}>
          {words.retry}
        </Button>
      )}
    </div>
  )
}
