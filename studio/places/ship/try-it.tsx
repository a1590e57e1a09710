import { useEffect, useState } from 'react'
import { Button, type DropItem, DropZone, FileTrigger } from 'react-aria-components'
import { toldProbability } from '../../../src/core/probability.js'
import type { ModelAnswer, PredictAnswer } from '../../../src/studio/api/ship.js'
import { ErrorNote } from '../../parts/error-note.js'
import { Icon } from '../../parts/icon.js'
import { useLanguage, useWords } from '../../words/index.js'
import { Camera } from './camera.js'
import { type Trying, useTrying } from './tried.js'

/** A file, a paste or the camera: one verdict, large, and why on one tap. */
export function TryIt({ model }: { readonly model: ModelAnswer }) {
  const { ship: words } = useWords()
  const [isLive, setLive] = useState(false)
  const trying = useTrying(model.id)
  const { tried, show, watch, fail } = trying
  const take = (photo: Blob | undefined) => {
    setLive(false)
    if (photo === undefined) fail(words.noPhoto)
    else void show(photo)
  }
  usePaste(take)
  const dropped = async ({ items }: { readonly items: readonly DropItem[] }) => {
    const file = items.find(item => item.kind === 'file')
    take(file?.kind === 'file' ? await file.getFile() : undefined)
  }
  return (
    <section className="card try" aria-labelledby="try-title">
      <h2 id="try-title">{words.tryTitle}</h2>
      <p className="muted">{words.tryHint}</p>
      <div className="try-columns">
        <DropZone className="try-photo" aria-label={words.drop} onDrop={event => void dropped(event)}>
          {isLive ? (
            <Camera
              label={words.camera}
              onFrame={watch}
              onTrouble={() => {
                setLive(false)
                fail(words.noCamera)
              }}
            />
          ) : tried.photo === undefined ? (
            <p className="try-invitation">
              <Icon name="photo" />
              {words.drop}
            </p>
          ) : (
            <img
              className="tried-photo"
              src={tried.heat ?? tried.photo}
              alt={tried.heat ? words.whyAlt(tried.verdict?.label ?? '') : words.photoAlt}
            />
          )}
        </DropZone>
        <div className="try-answer">
          <Verdict model={model} trying={trying} isLive={isLive} stop={() => setLive(false)} />
          <div className="try-acts">
            <FileTrigger acceptedFileTypes={['image/*']} onSelect={files => files?.[0] && take(files[0])}>
              <Button className="button primary">
                <Icon name="photo" /> {words.choose}
              </Button>
            </FileTrigger>
            <Button className="button" onPress={() => setLive(!isLive)}>
              <Icon name="camera" /> {isLive ? words.stopCamera : words.camera}
            </Button>
          </div>
        </div>
      </div>
    </section>
  )
}

function Verdict({
  model,
  trying: { tried, toggleWhy },
  isLive,
  stop,
}: {
  readonly model: ModelAnswer
  readonly trying: Trying
  readonly isLive: boolean
  readonly stop: () => void
}) {
  const { ship: words } = useWords()
  const { verdict, isAsking, error, heat } = tried
  const percent = usePercent()
  if (error !== undefined) return <ErrorNote error={error} />
  return (
    <div className={`verdict ${verdict?.abstained ? 'is-neither' : ''}`}>
      {/* A camera's verdict changes ten times a second: nobody wants that read out. */}
      <p className="verdict-word" role="status" aria-live={isLive ? 'off' : 'polite'}>
        {verdict === undefined ? (isAsking ? words.asking : ' ') : wordOf(verdict, words.neither)}
      </p>
      {verdict && (
        <>
          <p className="verdict-note muted">
            {verdict.abstained
              ? words.neitherHint(model.labels.join(', '))
              : words.sure(percent(Math.max(...verdict.probabilities)))}
          </p>
          {!verdict.abstained && model.labels.length > 2 && (
            <Bars labels={model.labels} probabilities={verdict.probabilities} />
          )}
          <Button
            className="button"
            isDisabled={isAsking}
            onPress={() => {
              stop()
              void toggleWhy()
            }}
          >
            {heat ? words.hideWhy : words.why}
          </Button>
          {heat && <p className="muted">{words.whyHint}</p>}
        </>
      )}
    </div>
  )
}

function wordOf({ abstained, label }: PredictAnswer, neither: string): string {
  return abstained ? neither : label
}

/** Labels that are shown with their bars; further ones are hardly ever meant. */
const MOST_BARS = 5

function Bars({
  labels,
  probabilities,
}: {
  readonly labels: readonly string[]
  readonly probabilities: readonly number[]
}) {
  const percent = usePercent()
  const order = labels.map((_, i) => i).sort((a, b) => probabilities[b] - probabilities[a])
  return (
    <ul className="verdict-bars">
      {order.slice(0, MOST_BARS).map(i => (
        <li key={labels[i]}>
          <span>{labels[i]}</span>
          <span className="muted">{percent(probabilities[i])}</span>
          <svg className="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
            <rect width={100 * probabilities[i]} height="1" />
          </svg>
        </li>
      ))}
    </ul>
  )
}

/** The figures of the command line, as this language writes them. */
function usePercent(): (probability: number) => string {
  const { language } = useLanguage()
  const format = new Intl.NumberFormat(language, { style: 'percent', minimumFractionDigits: 1 })
  return probability => {
    const { sign, share } = toldProbability(probability)
    return `${sign}${format.format(share)}`
  }
}

/** A photo out of the clipboard, wherever on the page one stands. */
function usePaste(take: (photo: Blob | undefined) => void): void {
  useEffect(() => {
    const pasted = ({ clipboardData, target }: ClipboardEvent) => {
      const isText = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
      if (!isText) take([...(clipboardData?.files ?? [])][0])
    }
    document.addEventListener('paste', pasted)
    return () => document.removeEventListener('paste', pasted)
  })
}
