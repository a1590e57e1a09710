import { QueryClientProvider } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { ask } from '../api/client.js'
import { listenToChanges } from '../api/events.js'
import { queryClient } from '../api/queries.js'
import { hasToken, takeToken } from '../api/token.js'
import { WordsProvider } from '../words/index.js'
import { Entrance } from './entrance.js'
import { Frame } from './frame.js'

takeToken()

/** The page: the entrance until the token is known, and then the five places. */
export function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <WordsProvider>
        <Session />
      </WordsProvider>
    </QueryClientProvider>
  )
}

function Session() {
  const [isOpen, setOpen] = useState<boolean | undefined>(hasToken() ? undefined : false)
  useEffect(() => {
    if (isOpen === undefined)
      void openSession().then(
        () => setOpen(true),
        () => setOpen(false),
      )
  }, [isOpen])
  if (isOpen === undefined) return null
  return isOpen ? <Live /> : <Entrance enter={() => setOpen(undefined)} />
}

/** Asks for the cookie that pictures and event streams come with. A server that is being started is waited for. */
async function openSession(): Promise<void> {
  await queryClient.fetchQuery({
    queryKey: ['session'],
    queryFn: async () => {
      await ask('/api/session', { method: 'POST' })
      return true
    },
    staleTime: 0,
  })
}

function Live() {
  useEffect(() => listenToChanges(queryClient), [])
  return <Frame />
}
