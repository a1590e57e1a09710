import { ApiProblem } from '../api/client.js'
import { ErrorNote } from './error-note.js'

/** What went wrong since what is shown below was asked for. That no server answers is said over every place. */
export function StaleNote({ error, retry }: { readonly error: Error | null; readonly retry: () => void }) {
  if (error === null || (error instanceof ApiProblem && error.kind === 'unreachable')) return null
  return <ErrorNote error={error} retry={retry} />
}
