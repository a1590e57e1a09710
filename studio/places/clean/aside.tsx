import { Button } from 'react-aria-components'
import type { RejectedAnswer } from '../../../src/studio/api/photos.js'
import { useWords } from '../../words/index.js'
import { Thumb } from './thumb.js'

/** More are brought back all together. */
const MOST = 200

/** Photos that were set aside, and the way back. */
export function Aside({
  rejected,
  restore,
}: {
  readonly rejected: readonly RejectedAnswer[]
  readonly restore: (ids: readonly string[]) => void
}) {
  const { clean: words } = useWords()
  return (
    <section className="findings" aria-label={words.aside}>
      <h1>{words.aside}</h1>
      <p className="muted">{rejected.length === 0 ? words.noAside : words.asideHint}</p>
      {rejected.length > 1 && (
        <Button className="button" onPress={() => restore(rejected.map(({ id }) => id))}>
          {words.restoreAll}
        </Button>
      )}
      <ul className="finding-cards">
        {rejected.slice(0, MOST).map(({ id, path }) => (
          <li key={id}>
            <article className="card finding">
              <div className="finding-photos">
                <figure>
                  <Thumb id={id} version="" size={320} alt={path} />
                  <figcaption>
                    <span className="finding-name">{path}</span>
                  </figcaption>
                </figure>
              </div>
              <div className="finding-acts">
                <Button
                  className="button"
                  aria-label={`${words.restore}: ${path}`}
                  onPress={() => restore([id])}
                >
                  {words.restore}
                </Button>
              </div>
            </article>
          </li>
        ))}
      </ul>
    </section>
  )
}
