import { useState } from 'react'
import { Label, Slider, SliderOutput, SliderThumb, SliderTrack } from 'react-aria-components'
import { useFigures } from '../../parts/figures.js'
import { useWords } from '../../words/index.js'
import type { JudgedPhotos } from './photos.js'
import { costsOfLine, costsOfSureness } from './threshold.js'

/** How sure the model must be to answer, and what that costs on either side. */
export function Sureness({ judged: { photos, labels } }: { readonly judged: JudgedPhotos }) {
  const { look: words } = useWords()
  const least = Math.ceil(100 / Math.max(2, labels.length))
  const [percent, setPercent] = useState(Math.max(least, 80))
  const { count, answered, wrong, wrongKeptBack, rightKeptBack } = costsOfSureness(photos, percent / 100)
  return (
    <section className="card" aria-labelledby="sure-title">
      <h2 id="sure-title">{words.sureTitle}</h2>
      <p className="muted">{words.sureHint}</p>
      <PercentSlider label={words.sure} least={least} value={percent} change={setPercent} />
      <Costs
        parts={[
          { kind: 'right', count: answered - wrong },
          { kind: 'wrong', count: wrong },
          { kind: 'saved', count: wrongKeptBack },
          { kind: 'lost', count: rightKeptBack },
        ]}
      />
      <div className="costs" role="status">
        <p>
          <strong>{words.answered(answered, count)}</strong>, {words.wrongOf(wrong)}
        </p>
        <p>{words.keptBack(wrongKeptBack, rightKeptBack)}</p>
      </div>
    </section>
  )
}

/** Of two classes: from which probability on a photo is taken for the second, and which mistakes that makes. */
export function Line({ judged: { photos, labels } }: { readonly judged: JudgedPhotos }) {
  const [first, second] = labels
  if (labels.length !== 2 || first === undefined || second === undefined) return null
  return <LineOfTwo photos={photos} labels={[first, second]} />
}

function LineOfTwo({
  photos,
  labels,
}: {
  readonly photos: JudgedPhotos['photos']
  readonly labels: readonly [string, string]
}) {
  const { look: words } = useWords()
  const [percent, setPercent] = useState(50)
  const [first, second] = labels
  const sides = costsOfLine(photos, labels, percent / 100)
  return (
    <section className="card" aria-labelledby="line-title">
      <h2 id="line-title">{words.lineTitle}</h2>
      <p className="muted">{words.lineHint(first, second)}</p>
      <PercentSlider label={words.line(second)} least={1} value={percent} change={setPercent} />
      <div className="costs" role="status">
        {sides.map(({ label, count, missed }, i) => (
          <div key={label}>
            <Costs
              parts={[
                { kind: 'right', count: count - missed },
                { kind: 'wrong', count: missed },
              ]}
            />
            <p>{words.missed(label, missed, count, labels[1 - i] ?? '')}</p>
          </div>
        ))}
      </div>
    </section>
  )
}

function PercentSlider({
  label,
  least,
  value,
  change,
}: {
  readonly label: string
  readonly least: number
  readonly value: number
  readonly change: (percent: number) => void
}) {
  const { percent } = useFigures()
  return (
    <Slider className="slider" minValue={least} maxValue={99} value={value} onChange={change}>
      <Label>{label}</Label>
      <SliderOutput>{percent(value / 100)}</SliderOutput>
      <SliderTrack className="slider-track">
        <SliderThumb className="slider-thumb" />
      </SliderTrack>
    </Slider>
  )
}

/** Parts of a whole as one bar. */
function Costs({ parts }: { readonly parts: readonly { readonly kind: string; readonly count: number }[] }) {
  const all = Math.max(
    1,
    parts.reduce((sum, { count }) => sum + count, 0),
  )
  let begin = 0
  return (
    <svg className="cost-bar" viewBox={`0 0 ${all} 1`} preserveAspectRatio="none" aria-hidden="true">
      {parts.map(({ kind, count }) => {
        begin += count
        return <rect key={kind} className={kind} x={begin - count} width={count} height="1" />
      })}
    </svg>
  )
}
