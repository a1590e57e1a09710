import { useStudioState } from '../../api/queries.js'
import { EmptyState } from '../../parts/empty-state.js'
import { ErrorNote } from '../../parts/error-note.js'
import { Loading } from '../../parts/loading.js'
import { StaleNote } from '../../parts/stale-note.js'
import { hrefOf } from '../../shell/route.js'
import { useWords } from '../../words/index.js'
import './clean.css'
import { usePhotos } from './data.js'
import { Workbench } from './workbench.js'

/** The place where photos are put right: what was found, and all photos in a grid. */
export default function Clean() {
  const { clean: words } = useWords()
  const { data, photos, error, refetch } = usePhotos()
  const { data: state } = useStudioState()
  if (error && data === undefined) return <ErrorNote error={error} retry={() => void refetch()} />
  if (data === undefined) return <Loading />
  if (data.problem !== null) return <ErrorNote error={{ message: data.problem, code: 'data' }} />
  if (data.id.length === 0 && data.rejected.length === 0)
    return (
      <EmptyState title={words.title} hint={words.hint}>
        <a className="button primary" href={hrefOf('gather')}>
          {words.gather}
        </a>
      </EmptyState>
    )
  return (
    <>
      <StaleNote error={error} retry={() => void refetch()} />
      <Workbench answer={data} photos={photos} key={state?.workspace.dir} />
    </>
  )
}
