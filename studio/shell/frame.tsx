import { Suspense, useEffect, useRef } from 'react'
import { useIsLive } from '../api/events.js'
import { ErrorBoundary } from '../parts/error-boundary.js'
import { Loading } from '../parts/loading.js'
import { useWords } from '../words/index.js'
import { Header } from './header.js'
import { rooms } from './rooms.js'
import { useRoute } from './route.js'
import { Toasts } from './toasts.js'

export function Frame() {
  const { place } = useRoute()
  const { shell: words } = useWords()
  const Room = rooms[place]
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
          <Suspense fallback={<Loading />}>
            <Room />
          </Suspense>
        </ErrorBoundary>
      </main>
      <Toasts />
    </>
  )
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
