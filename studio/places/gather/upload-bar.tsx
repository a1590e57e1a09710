import { Button, ProgressBar } from 'react-aria-components'
import { ErrorText } from '../../parts/error-text.js'
import { Icon } from '../../parts/icon.js'
import { useWords } from '../../words/index.js'
import { dismissUploads, useUploads } from './uploads.js'

/** What became of the photos that were given to this page. */
export function UploadBar() {
  const { gather: all } = useWords()
  const words = all.uploads
  const { total, done, added, copies, refused, isWaiting } = useUploads()
  if (total === 0) return null
  const isDone = done === total
  return (
    <section className="upload-bar card" aria-label={words.label}>
      {!isDone && (
        <ProgressBar className="progress" aria-label={words.label} value={done} maxValue={total}>
          {({ percentage }) => (
            <>
              <span className="progress-text">{words.adding(done, total)}</span>
              <svg className="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                <rect width={percentage ?? 0} height="1" />
              </svg>
            </>
          )}
        </ProgressBar>
      )}
      {isWaiting && <p className="muted">{words.waiting}</p>}
      <div className="upload-told" role="status">
        {isDone && (
          <p>
            <Icon name="check" /> {words.added(added)}
          </p>
        )}
        {copies.length > 0 && (
          <details>
            <summary>{words.copies(copies.length)}</summary>
            <ul>
              {copies.map(({ name, of }, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the list only grows at its end
                <li key={i}>{words.copy(name, of)}</li>
              ))}
            </ul>
          </details>
        )}
        {refused.length > 0 && (
          <details open>
            <summary>{words.refused(refused.length)}</summary>
            <ul>
              {refused.map(({ name, error }, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the list only grows at its end
                <li key={i}>
                  <strong>{name}</strong> <ErrorText error={error} />
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
      {isDone && (
        <Button className="button bare" aria-label={words.dismiss} onPress={dismissUploads}>
          <Icon name="close" />
        </Button>
      )}
    </section>
  )
}
