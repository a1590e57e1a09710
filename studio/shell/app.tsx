import { QueryClientProvider } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { StateAnswer } from '../../src/studio/api/state.js'
import { ask, getJson } from '../api/client.js'
import { listenToChanges } from '../api/events.js'
import { queryClient } from '../api/queries.js'
import { hasToken, onRefused } from '../api/token.js'
import { WordsProvider } from '../words/index.js'
import { Entrance } from './entrance.js'
import { Frame } from './frame.js'

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
  useEffect(() => onRefused(() => setOpen(false)), [])
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
      const state = await getJson<StateAnswer>('/api/state').catch(() => undefined)
      // What this page still holds is for the folder that it was opened for.
      if (folder !== undefined && state && folder !== state.workspace.dir) location.reload()
      if (folder !== undefined) void queryClient.invalidateQueries({ predicate: isOfFolder })
      else if (state) queryClient.setQueryData(['state'], state)
      folder = state?.workspace.dir ?? folder
      return true
    },
    staleTime: 0,
  })
}

/** The folder that this page was opened for. */
let folder: string | undefined

const isOfFolder = ({ queryKey: [topic] }: { readonly queryKey: readonly unknown[] }) => topic !== 'session'

function Live() {
  useEffect(() => listenToChanges(), [])
  return <Frame />
}
