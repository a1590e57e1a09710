import { useEffect, useRef, useState } from 'react'
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import type { LookedPhoto } from '../../../src/studio/api/runs.js'
import { type Edit, useEdit } from '../../api/runs.js'
import { useFigures } from '../../parts/figures.js'
import { Icon } from '../../parts/icon.js'
import { toast } from '../../shell/toasts.js'
import { useWords } from '../../words/index.js'
import { Heat } from './heat.js'
import type { JudgedPhotos } from './photos.js'
import { isWrong } from './ranking.js'

/** Labels whose probabilities are shown, and buttons to mend with: the most probable first. */
const MOST_LABELS = 9

interface PhotoDialogProps {
  readonly run: string
  readonly judged: JudgedPhotos
  /** Those of the view, in its order. */
  readonly photos: readonly LookedPhoto[]
  /** One that was mended may have left the view: it stays in sight until another one is asked for. */
  readonly photo: LookedPhoto
  readonly go: (path: string) => void
  readonly close: () => void
}

/** One photo, large: what it shows, what was said of it and why, and what can be mended. */
export function PhotoDialog({ run, judged, photos, photo, go, close }: PhotoDialogProps) {
  const { look: words } = useWords()
  const [isExplained, setExplained] = useState(false)
  const mend = useMend()
  const place = photos.findIndex(one => one.path === photo.path)
  const step = (by: number) => {
    const next = photos[place < 0 ? 0 : place + by]
    if (next) go(next.path)
  }
  const labels = likeliest(photo, judged.labels)
  useKeys(key => {
    const label = labels[Number(key) - 1]
    if (key === 'ArrowRight') step(1)
    else if (key === 'ArrowLeft') step(-1)
    else if (key === 'w') setExplained(!isExplained)
    else if (key === 'x') mend.reject(photo)
    else if (label !== undefined && label.name !== nowOf(photo)) mend.relabel(photo, label.name)
    else return false
    return true
  })
  return (
    <ModalOverlay className="overlay" isOpen isDismissable onOpenChange={close}>
      <Modal className="dialog look-dialog">
        <Dialog>
          <div>
            <div className="look-dialog-head">
              <Heading slot="title">{photo.path.split('/').at(-1)}</Heading>
              <span className="muted">{place >= 0 && words.position(place + 1, photos.length)}</span>
              <Step label={words.previous} isOff={place <= 0} step={() => step(-1)} isBack />
              <Step label={words.next} isOff={place === photos.length - 1} step={() => step(1)} />
              <Button className="button bare" aria-label={words.close} onPress={close}>
                <Icon name="close" />
              </Button>
            </div>
            <div className="look-dialog-body">
              <Picture run={run} photo={photo} isExplained={isExplained} />
              <div>
                <Answer photo={photo} labels={labels} />
                {photo.id !== null && (
                  <>
                    <Button className="button" onPress={() => setExplained(!isExplained)}>
                      <Icon name="lens" /> {isExplained ? words.hideWhy : words.why}
                    </Button>
                    <Mend photo={photo} labels={labels} mend={mend} />
                    <p className="muted keys">{words.keys}</p>
                  </>
                )}
              </div>
            </div>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

/**
 * Keys that stand for the buttons of a dialog, wherever in it the focus is.
 *
 * @param press - gives back whether the key was one of them
 */
function useKeys(press: (key: string) => boolean): void {
  const latest = useRef(press)
  latest.current = press
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      const { key, ctrlKey, metaKey, altKey } = event
      if (!ctrlKey && !metaKey && !altKey && latest.current(key)) event.preventDefault()
    }
    window.addEventListener('keydown', hear)
    return () => window.removeEventListener('keydown', hear)
  }, [])
}

/** The class that a photo has in the data set. */
const nowOf = ({ now, truth }: LookedPhoto) => now ?? truth

interface Likely {
  readonly name: string
  readonly probability: number
}

function likeliest({ probabilities }: LookedPhoto, labels: readonly string[]): readonly Likely[] {
  return labels
    .map((name, i) => ({ name, probability: probabilities[i] ?? 0 }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, MOST_LABELS)
}

interface Mending {
  readonly relabel: (photo: LookedPhoto, to: string) => void
  readonly reject: (photo: LookedPhoto) => void
  readonly isPending: boolean
}

function useMend(): Mending {
  const { look: words } = useWords()
  const edit = useEdit()
  const ask = (change: Edit, told: string) =>
    edit.mutate(change, {
      onSuccess: () => toast(told),
      onError: error => toast(error, 'trouble'),
    })
  return {
    isPending: edit.isPending,
    relabel({ id }, to) {
      if (id !== null) ask({ kind: 'relabel', photos: [id], to }, words.mendedTo(to))
    },
    reject({ id }) {
      if (id !== null) ask({ kind: 'reject', photos: [id] }, words.rejected)
    },
  }
}

function Step({
  label,
  isOff,
  step,
  isBack = false,
}: {
  readonly label: string
  readonly isOff: boolean
  readonly step: () => void
  readonly isBack?: boolean
}) {
  return (
    <Button
      className={`button bare ${isBack ? 'back' : ''}`}
      aria-label={label}
      isDisabled={isOff}
      onPress={step}
    >
      <Icon name="right" />
    </Button>
  )
}

function Picture({
  run,
  photo: { id, path },
  isExplained,
}: {
  readonly run: string
  readonly photo: LookedPhoto
  readonly isExplained: boolean
}) {
  const { look: words } = useWords()
  if (id === null) return <p className="gone large">{words.goneHint(path)}</p>
  return (
    <div className="look-pictures">
      {isExplained ? (
        <Heat key={`${run}/${id}`} run={run} id={id} />
      ) : (
        <img className="look-full" key={id} src={`/photos/${id}/full`} alt={path} />
      )}
    </div>
  )
}

/** What it said, in bars. */
function Answer({ photo, labels }: { readonly photo: LookedPhoto; readonly labels: readonly Likely[] }) {
  const { look: words } = useWords()
  const { percent } = useFigures()
  const wrong = isWrong(photo)
  return (
    <dl className="look-facts">
      <dt>{words.truth}</dt>
      <dd>
        {photo.truth}{' '}
        {photo.now !== null && photo.now !== photo.truth && (
          <span className="tag mended">{words.isNow(photo.now)}</span>
        )}
      </dd>
      <dt>{words.said}</dt>
      <dd className={wrong ? 'wrong' : 'right'}>
        <Icon name={wrong ? 'close' : 'check'} /> {photo.label}
        {photo.abstained && <span className="tag">{words.neither}</span>}
      </dd>
      <dd>
        <ul className="likely">
          {labels.map(({ name, probability }) => (
            <li key={name} aria-label={words.surenessOf(name, percent(probability, 1))}>
              <span>{name}</span>
              <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                <rect width={100 * probability} height="1" />
              </svg>
              <span>{percent(probability)}</span>
            </li>
          ))}
        </ul>
      </dd>
    </dl>
  )
}

function Mend({
  photo,
  labels,
  mend,
}: {
  readonly photo: LookedPhoto
  readonly labels: readonly Likely[]
  readonly mend: Mending
}) {
  const { look: words } = useWords()
  return (
    <fieldset className="mend" aria-labelledby="mend-title">
      <h3 id="mend-title">{words.mend}</h3>
      {labels.map(({ name }, i) => (
        <Button
          key={name}
          className="button"
          isDisabled={mend.isPending || name === nowOf(photo)}
          onPress={() => mend.relabel(photo, name)}
        >
          <kbd>{i + 1}</kbd> <span className="clipped">{name}</span>
        </Button>
      ))}
      <Button className="button" isDisabled={mend.isPending} onPress={() => mend.reject(photo)}>
        <kbd>X</kbd> {words.reject}
      </Button>
    </fieldset>
  )
}
