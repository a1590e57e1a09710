import { type FormEvent, useState } from 'react'
import { Button } from 'react-aria-components'
import type { TrainingChoices } from '../../../src/studio/api/runs.js'
import { useStartJob } from '../../api/queries.js'
import { useTrainingChoices } from '../../api/runs.js'
import { ErrorNote } from '../../parts/error-note.js'
import { useFigures } from '../../parts/figures.js'
import { Icon } from '../../parts/icon.js'
import { timeWords } from '../../parts/job-progress.js'
import { useWords } from '../../words/index.js'
import { optionsOf, secondsOf, type Way, ways } from './ways.js'

/** How carefully to learn, and what else can be chosen. */
export function Choose({ isFirst }: { readonly isFirst: boolean }) {
  const { train: words } = useWords()
  const { data: choices } = useTrainingChoices()
  const start = useStartJob()
  const [way, setWay] = useState<Way>('careful')
  const begin = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const options = { ...optionsOf(way), ...moreOptions(new FormData(form), way) }
    start.mutate({ kind: 'train', options }, { onSuccess: () => form.reset() })
  }
  return (
    <form className="card choose" onSubmit={begin}>
      <fieldset>
        <legend>{words.way}</legend>
        <div className="ways">
          {ways.map(one => (
            <label key={one} className="way">
              <input type="radio" name="way" value={one} checked={way === one} onChange={() => setWay(one)} />
              <span className="way-name">
                {words.ways[one]}
                {one === 'careful' && <span className="tag">{words.recommended}</span>}
              </span>
              <span className="way-time">
                <Time way={one} choices={choices} />
              </span>
              <span className="way-hint">{words.wayHints[one]}</span>
            </label>
          ))}
        </div>
      </fieldset>
      {choices && <p className="muted small">{choices.isMeasured ? words.measured : words.usual}</p>}
      <details className="choices">
        <summary>{words.more}</summary>
        <More choices={choices} way={way} />
      </details>
      {start.error && <ErrorNote error={start.error} />}
      <Button type="submit" className="button primary large" isDisabled={start.isPending}>
        <Icon name="play" /> {isFirst ? words.begin : words.another}
      </Button>
    </form>
  )
}

function Time({ way, choices }: { readonly way: Way; readonly choices: TrainingChoices | undefined }) {
  const { train: words, shell } = useWords()
  if (!choices) return null
  const seconds = secondsOf(way, choices)
  const least = timeWords(seconds.least, shell)
  const most = timeWords(seconds.most, shell)
  return <>{least === most ? words.about(least) : words.between(least, most)}</>
}

function More({ choices, way }: { readonly choices: TrainingChoices | undefined; readonly way: Way }) {
  const { train: words } = useWords()
  const { number } = useFigures()
  const weight = (download: number | null) =>
    download === 0
      ? words.here
      : download === null
        ? words.downloadSome
        : words.download(number(download / 1e6, 0))
  return (
    <div className="choices-grid">
      <label>
        {words.name}
        <input name="name" maxLength={60} autoComplete="off" />
        <small>{words.nameHint}</small>
      </label>
      <label>
        {words.backbone}
        <select name="backbone" defaultValue="">
          {choices?.backbones.map(({ name, download }, i) => (
            <option key={name} value={i === 0 ? '' : name}>
              {name}: {weight(download)}
            </option>
          ))}
        </select>
        <small>
          {choices?.backbones[0] &&
            words.backboneHint(
              number(choices.backbones[0].parameters / 1e6, 1),
              choices.backbones[0].inputSize,
            )}
        </small>
      </label>
      {(way === 'quick' || way === 'careful') && (
        <label>
          {words.budget}
          <input name="budget" type="number" min={0.1} step="any" inputMode="decimal" />
          <small>{words.budgetHint}</small>
        </label>
      )}
      <label>
        {words.size}
        <input name="size" type="number" min={32} max={1024} step={1} inputMode="numeric" />
        <small>{words.sizeHint}</small>
      </label>
    </div>
  )
}

/** What was filled in. */
function moreOptions(form: FormData, way: Way): Readonly<Record<string, unknown>> {
  const text = (name: string) => String(form.get(name) ?? '').trim()
  const [name, backbone, budget, size] = [text('name'), text('backbone'), text('budget'), text('size')]
  return {
    ...(name === '' ? {} : { name }),
    ...(backbone === '' ? {} : { backbone }),
    ...(budget === '' || way === 'thorough' || way === 'article' ? {} : { budget: 60 * Number(budget) }),
    ...(size === '' ? {} : { size: Number(size) }),
  }
}
