import { useState } from 'react'
import type { StateAnswer } from '../../../src/studio/api/state.js'
import { useJobs, useStudioState } from '../../api/queries.js'
import { ErrorNote } from '../../parts/error-note.js'
import { Loading } from '../../parts/loading.js'
import { StaleNote } from '../../parts/stale-note.js'
import { useWords } from '../../words/index.js'
import { Camera } from './camera.js'
import { Classes } from './classes.js'
import { type DroppedFile, sorted } from './dropped.js'
import { FirstPhotos } from './first-photos.js'
import './gather.css'
import { GatheringJobs, isGathering } from './gathering-jobs.js'
import { Guide } from './guide.js'
import { SortDialog } from './sort-dialog.js'
import { UploadBar } from './upload-bar.js'
import { sendPhotos } from './uploads.js'
import { useDropTarget } from './use-drop-target.js'
import { useGiven } from './use-given.js'
import { usePaste } from './use-paste.js'
import { Ways } from './ways.js'

/** Where photos come from: files, folders, archives, the webcam, searches. Whatever is dropped on the page is taken. */
export default function Gather() {
  const { data: state, error, refetch } = useStudioState()
  if (error !== null && state === undefined) return <ErrorNote error={error} retry={() => void refetch()} />
  if (state === undefined) return <Loading />
  return (
    <>
      <StaleNote error={error} retry={() => void refetch()} />
      <Gathering state={state} />
    </>
  )
}

function Gathering({ state }: { readonly state: StateAnswer }) {
  const { gather: words } = useWords()
  const { data: jobs = [] } = useJobs()
  const [dropped, setDropped] = useState<readonly DroppedFile[]>([])
  const [recorded, setRecorded] = useState<string>()
  const labels = state.classes.map(({ label }) => label)
  const isFirst = state.photos === 0 && labels.length === 0 && !jobs.some(isGathering)
  const take = (files: readonly DroppedFile[], label?: string) => {
    const { groups, archives } = sorted(files)
    const isPlain = label !== undefined && archives.length === 0
    if (isPlain) for (const { files } of groups) sendPhotos(files, label)
    else drop(files)
  }
  // While it is asked what class the first are, more may come.
  const drop = (files: readonly DroppedFile[]) => setDropped(before => [...before, ...files])
  const given = useGiven()
  const target = useDropTarget(transfer => given(transfer, drop))
  usePaste((transfer, label) => given(transfer, files => take(files, label)))
  return (
    <div className={`gather ${target.isOver ? 'drop-over' : ''}`} {...target.handlers}>
      {state.problem !== null && <ErrorNote intro={words.otherPlaces} error={{ message: state.problem }} />}
      <Guide state={state} />
      {isFirst ? (
        <FirstPhotos take={take} />
      ) : (
        <>
          <h1 className="unseen">{words.title}</h1>
          <GatheringJobs jobs={jobs} />
          <Classes classes={state.classes} take={take} record={setRecorded} />
          <Ways labels={labels} take={take} hasPhotos={state.photos > 0} />
        </>
      )}
      <UploadBar />
      {dropped.length > 0 && <SortDialog dropped={dropped} labels={labels} close={() => setDropped([])} />}
      {recorded !== undefined && <Camera label={recorded} close={() => setRecorded(undefined)} />}
    </div>
  )
}
