import { useIsMutating } from '@tanstack/react-query'
import { useEffect, useReducer, useRef, useState } from 'react'
import { useIsLive } from '../api/events.js'
import { writing } from '../api/queries.js'
import { ErrorBoundary } from '../parts/error-boundary.js'
import { Loading } from '../parts/loading.js'
import { useWords } from '../words/index.js'
import { Header } from './header.js'
import { loadRoom, roomOf } from './rooms.js'
import { type Place, useRoute } from './route.js'
import { Toasts } from './toasts.js'

export function Frame() {
  const { place } = useRoute()
  const { shell: words } = useWords()
  const main = useRef<HTMLElement>(null)
  useEffect(() => {
    document.title = `${words.places[place]} · chiquito`
  }, [place, words])
  return (
    <>
      <a
        className="skip"
        href={`#/${place}`}
        onClick={event => {
          event.preventDefault()
          main.current?.focus()
        }}
      >
        {words.skip}
      </a>
      <Header place={place} />
      <Unreachable />
      <main ref={main} tabIndex={-1} className={`place place-${place}`}>
        <ErrorBoundary key={place}>
          <Room place={place} />
        </ErrorBoundary>
      </main>
      <Writing />
      <Toasts />
    </>
  )
}

/** Said once it has taken a moment: photos are shown as they will be, and what is asked meanwhile waits its turn. */
function Writing() {
  const { shell: words } = useWords()
  const isWriting = useIsMutating({ mutationKey: writing }) > 0
  return (
    <p className="writing" role="status" hidden={!isWriting}>
      {isWriting ? words.writing : ''}
    </p>
  )
}

/** Shown the moment it is there: React holds back what waited behind a `Suspense` for 300 ms. */
function Room({ place }: { readonly place: Place }) {
  const [, look] = useReducer((count: number) => count + 1, 0)
  const [failure, setFailure] = useState<{ readonly error: unknown }>()
  useEffect(() => {
    loadRoom(place).then(look, error => setFailure({ error }))
  }, [place])
  if (failure !== undefined) throw failure.error
  const Here = roomOf(place)
  return Here === undefined ? <Loading /> : <Here />
}

/** Said once the stream has been away for a moment: while the page is being loaded it is not there yet. */
function Unreachable() {
  const { shell: words } = useWords()
  const isLive = useIsLive()
  return (
    <p className="unreachable" role="status" hidden={isLive}>
      {isLive ? '' : words.unreachable}
    </p>
  )
}
