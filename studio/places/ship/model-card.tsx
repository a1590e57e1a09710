import { lazy, Suspense, useState } from 'react'
import type { ModelAnswer } from '../../../src/studio/api/ship.js'
import { ErrorNote } from '../../parts/error-note.js'
import { Icon } from '../../parts/icon.js'
import { Loading } from '../../parts/loading.js'
import { useWords } from '../../words/index.js'
import { cardAddress, useCard } from './queries.js'

const CardText = lazy(() => import('./card-text.js'))

/** What goes with the model wherever it goes. */
export function CardCard({ model }: { readonly model: ModelAnswer }) {
  const { ship: words } = useWords()
  return (
    <section className="card" aria-labelledby="card-title">
      <h2 id="card-title">{words.cardTitle}</h2>
      <p className="muted">{model.hasCard ? words.cardHint : words.noCard}</p>
      {model.hasCard && (
        <>
          <a className="button" href={cardAddress(model.id)} download={`${model.id}.md`}>
            <Icon name="download" /> {words.downloadCard}
          </a>
          <Folded run={model.id} />
        </>
      )}
    </section>
  )
}

/** A card has several pages: it is asked for, and drawn, once somebody wants to read it. */
function Folded({ run }: { readonly run: string }) {
  const { ship: words } = useWords()
  const [isOpen, setOpen] = useState(false)
  return (
    <details className="card-fold" onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>{words.readCard}</summary>
      {isOpen && <Shown run={run} />}
    </details>
  )
}

function Shown({ run }: { readonly run: string }) {
  const { data: text, error, refetch } = useCard(run)
  if (error) return <ErrorNote error={error} retry={() => void refetch()} />
  if (text === undefined) return <Loading />
  return (
    <Suspense fallback={<Loading />}>
      <CardText text={text} />
    </Suspense>
  )
}
