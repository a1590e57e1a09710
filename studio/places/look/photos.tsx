import { useMemo, useState } from 'react'
import { Button } from 'react-aria-components'
import type { LookedPhoto, RunPhotosAnswer } from '../../../src/studio/api/runs.js'
import { useFigures } from '../../parts/figures.js'
import { Icon } from '../../parts/icon.js'
import { PhotoTile } from '../../parts/photo-tile.js'
import { useWords } from '../../words/index.js'
import { PhotoDialog } from './photo-dialog.js'
import { isMended, isWrong, photosIn, sureness, type View } from './ranking.js'

export type JudgedPhotos = NonNullable<RunPhotosAnswer['judged']>

/** Photos at first, and with each wish for more. */
const PAGE = 24

const views = ['wrong', 'uncertain', 'neither', 'mended', 'all'] as const

/** The photos of the run one by one, what is worth a look first. */
export function Photos({
  run,
  judged,
  view,
  setView,
}: {
  readonly run: string
  readonly judged: JudgedPhotos
  readonly view: View
  readonly setView: (view: View) => void
}) {
  const { look: words } = useWords()
  const shown = useMemo(() => photosIn(view, judged.photos, judged.labels), [view, judged])
  const [most, setMost] = useState(PAGE)
  const [opened, setOpened] = useState<string>()
  const shownLarge = judged.photos.find(({ path }) => path === opened)
  const count = (kind: (typeof views)[number]) => photosIn({ kind }, judged.photos, judged.labels).length
  return (
    <section className="look-photos" id="look-photos" aria-labelledby="photos-title">
      <h2 id="photos-title">{words.photosTitle}</h2>
      <fieldset className="chips" aria-labelledby="photos-title">
        {view.kind === 'cell' && (
          <button type="button" className="chip" aria-pressed="true">
            {words.cellView(view.truth, view.label)} <span className="count">{shown.length}</span>
          </button>
        )}
        {views.map(kind => (
          <button
            type="button"
            key={kind}
            className="chip"
            aria-pressed={view.kind === kind}
            onClick={() => {
              setView({ kind })
              setMost(PAGE)
            }}
          >
            {words.views[kind]} <span className="count">{count(kind)}</span>
          </button>
        ))}
      </fieldset>
      {shown.length === 0 && <p className="muted">{words.noneIn[view.kind]}</p>}
      <ul className="look-grid">
        {shown.slice(0, most).map(photo => (
          <li key={photo.path}>
            <Tile photo={photo} open={() => setOpened(photo.path)} />
          </li>
        ))}
      </ul>
      {shown.length > most && (
        <Button className="button" onPress={() => setMost(most + 2 * PAGE)}>
          {words.moreOf(most, shown.length)}
        </Button>
      )}
      {shownLarge && (
        <PhotoDialog
          run={run}
          judged={judged}
          photos={shown}
          photo={shownLarge}
          go={setOpened}
          close={() => setOpened(undefined)}
        />
      )}
    </section>
  )
}

function Tile({ photo, open }: { readonly photo: LookedPhoto; readonly open: () => void }) {
  const { look: words } = useWords()
  const { percent } = useFigures()
  const { id, path, truth, label, abstained, now } = photo
  const wrong = isWrong(photo)
  return (
    <button type="button" className={`look-tile ${wrong ? 'wrong' : 'right'}`} onClick={open}>
      <span className="unseen">{path}: </span>
      {id === null ? (
        <span className="gone">
          <Icon name="photo" /> {words.gone}
        </span>
      ) : (
        <PhotoTile id={id} alt="" />
      )}
      <span className="look-caption">
        <span className="answer">
          <Icon name={wrong ? 'close' : 'check'} />{' '}
          <span className="unseen">{wrong ? words.wrongAnswer : words.rightAnswer} </span>
          {label}
        </span>
        <span className="sure">{percent(sureness(photo))}</span>
      </span>
      <span className="look-caption muted">
        <span>
          <span className="unseen">{words.truthIs} </span>
          {truth}
        </span>
        {abstained && <span className="tag">{words.neither}</span>}
        {isMended(photo) && now !== null && <span className="tag mended">{words.isNow(now)}</span>}
      </span>
    </button>
  )
}
