import { Button } from 'react-aria-components'
import { useWords } from '../words/index.js'
import { ErrorText, type Trouble } from './error-text.js'
import { Icon } from './icon.js'

/** What went wrong, in the server's words, which say what to do. */
export function ErrorNote({
  error,
  intro,
  retry,
}: {
  /** A text is the page's own. */
  readonly error: Trouble | string
  /** Of whom or what it is said, in the page's own words. */
  readonly intro?: string
  readonly retry?: () => void
}) {
  const { shell: words } = useWords()
  return (
    <div className="note trouble" role="alert">
      <Icon name="warn" />
      <p>
        {intro !== undefined && `${intro}: `}
        {typeof error === 'string' ? error : <ErrorText error={error} />}
      </p>
      {retry && (
        <Button className="button" onPress={retry}>
          {words.retry}
        </Button>
      )}
    </div>
  )
}
