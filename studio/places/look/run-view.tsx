import { useEffect, useState } from 'react'
import type { RunFigures } from '../../../src/studio/api/runs.js'
import { useRun, useRunPhotos } from '../../api/runs.js'
import { ErrorNote } from '../../parts/error-note.js'
import { Loading } from '../../parts/loading.js'
import { hrefOf } from '../../shell/route.js'
import { useWords } from '../../words/index.js'
import { JudgeFirst } from './judge-first.js'
import { Matrix } from './matrix.js'
import { Photos } from './photos.js'
import { isMended, matrixOf, type View } from './ranking.js'
import { Line, Sureness } from './thresholds.js'
import { Verdict } from './verdict.js'

/** All that is known of one finished run. */
export function RunView({ id }: { readonly id: string }) {
  const { data: run, error, refetch } = useRun(id)
  if (error) return <ErrorNote error={error} retry={() => void refetch()} />
  if (!run) return <Loading />
  if (!run.whole) return null
  return <Judged id={id} figures={run.whole} />
}

function Judged({ id, figures }: { readonly id: string; readonly figures: RunFigures }) {
  const { look: words } = useWords()
  const { data: judged, error, refetch } = useRunPhotos(id)
  const [view, setView] = useState<View>()
  const mended = judged?.photos.filter(isMended).length ?? 0
  const shown = view ?? { kind: 'wrong' }
  const [isAsked, setAsked] = useState(false)
  // A cell that was chosen leads to its photos, wherever they are on the page.
  useEffect(() => {
    if (!isAsked) return
    setAsked(false)
    document.getElementById('look-photos')?.scrollIntoView({ block: 'start', behavior: 'smooth' })
  }, [isAsked])
  const choose = (next: View) => {
    setView(next)
    setAsked(true)
  }
  return (
    <>
      {mended > 0 && (
        <div className="note mended-note" role="status">
          <p>{words.mendedNote(mended)}</p>
          <a className="button" href={hrefOf('clean')}>
            {words.toClean}
          </a>
          <a className="button" href={hrefOf('train')}>
            {words.toTrain}
          </a>
        </div>
      )}
      <div className="look-top">
        <div className="look-beside">
          <Verdict figures={figures} />
          {judged && <Line judged={judged} />}
        </div>
        <div className="look-beside">
          <Matrix
            labels={judged?.labels ?? figures.labels}
            counts={judged ? matrixOf(judged.photos, judged.labels) : figures.confusion}
            chosen={shown.kind === 'cell' ? shown : undefined}
            choose={judged ? choose : undefined}
          />
          {judged && <Sureness judged={judged} />}
        </div>
      </div>
      {error && <ErrorNote error={error} retry={() => void refetch()} />}
      {judged === undefined && !error && <Loading />}
      {judged === null && <JudgeFirst run={id} />}
      {judged && <Photos run={id} judged={judged} view={shown} setView={setView} />}
    </>
  )
}
