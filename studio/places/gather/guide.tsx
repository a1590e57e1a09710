import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { SamplesAnswer } from '../../../src/studio/api/addresses.js'
import type { Job } from '../../../src/studio/api/jobs.js'
import type { PredictAnswer } from '../../../src/studio/api/ship.js'
import type { StateAnswer } from '../../../src/studio/api/state.js'
import { ask, getJson } from '../../api/client.js'
import { useJobs, useStartJob } from '../../api/queries.js'
import { ErrorNote } from '../../parts/error-note.js'
import { Icon } from '../../parts/icon.js'
import { JobProgress } from '../../parts/job-progress.js'
import { hrefOf } from '../../shell/route.js'
import { useLanguage, useWords } from '../../words/index.js'

type Sample = SamplesAnswer['samples'][number]

/** With the demo data: the way to a first model and its first verdict, a press each. */
export function Guide({ state }: { readonly state: StateAnswer }) {
  const { gather: words } = useWords()
  const { data: jobs = [] } = useJobs()
  const { data } = useQuery({
    queryKey: ['photos', 'samples'],
    queryFn: () => getJson<SamplesAnswer>('/api/samples'),
  })
  const samples = data?.samples ?? []
  if (samples.length === 0 || state.photos === 0) return null
  const training = jobs.find(({ kind }) => kind === 'train')
  const labels = state.classes.map(({ label }) => label).join(', ')
  return (
    <section className="guide card" aria-label={words.guide.label}>
      <ol>
        <li className="guide-done">
          <h2>
            <Icon name="check" /> {words.guide.gather}
          </h2>
          <p className="muted">{words.guide.gathered(state.photos, labels)}</p>
        </li>
        <li className={state.newestRun === null ? 'guide-now' : 'guide-done'}>
          <h2>
            {state.newestRun !== null && <Icon name="check" />} {words.guide.train}
          </h2>
          <TrainStep run={state.newestRun} training={training} />
        </li>
        <li className={state.newestRun === null ? 'guide-later' : 'guide-now'}>
          <h2>{words.guide.ask}</h2>
          {state.newestRun !== null && <AskStep run={state.newestRun} samples={samples} />}
        </li>
      </ol>
    </section>
  )
}

function TrainStep({ run, training }: { readonly run: string | null; readonly training: Job | undefined }) {
  const { gather: words } = useWords()
  const start = useStartJob()
  if (run !== null) return <p className="muted">{words.guide.trained}</p>
  const isUnderWay = training?.state === 'running' || training?.state === 'waiting'
  if (training && isUnderWay) return <JobProgress job={training} />
  return (
    <>
      <p className="muted">{words.guide.trainHint}</p>
      {training?.error && <ErrorNote error={training.error} />}
      {start.error && <ErrorNote error={start.error} />}
      <Button
        className="button primary large"
        isDisabled={start.isPending}
        onPress={() => start.mutate({ kind: 'train', options: { fineTune: 'never' } })}
      >
        <Icon name="play" /> {words.guide.trainNow}
      </Button>
    </>
  )
}

interface Verdict {
  readonly sample: Sample
  readonly label: string
  readonly probability: number
  readonly isNeither: boolean
}

function AskStep({ run, samples }: { readonly run: string; readonly samples: readonly Sample[] }) {
  const { gather: words } = useWords()
  const [asked, setAsked] = useState<string>()
  const judge = useMutation({ mutationFn: (sample: Sample) => verdictOf(run, sample) })
  return (
    <>
      <p className="muted">{words.guide.askHint}</p>
      <div className="samples">
        {samples.map((sample, i) => (
          <Button
            key={sample.name}
            className={`sample ${asked === sample.name ? 'asked' : ''}`}
            aria-label={words.guide.sample(i + 1)}
            onPress={() => {
              setAsked(sample.name)
              judge.mutate(sample)
            }}
          >
            <img src={`/samples/${sample.name}`} alt="" width="72" height="72" />
          </Button>
        ))}
      </div>
      {judge.error && <ErrorNote error={judge.error} />}
      <div role="status">{judge.data && <Said verdict={judge.data} />}</div>
    </>
  )
}

function Said({ verdict }: { readonly verdict: Verdict }) {
  const { gather: words } = useWords()
  const { language } = useLanguage()
  const { sample, label, probability, isNeither } = verdict
  const percent = probability.toLocaleString(language, { style: 'percent', maximumFractionDigits: 0 })
  const isRight = !isNeither && label === sample.label
  return (
    <>
      <p className={`verdict ${isRight ? 'right' : 'wrong'}`}>
        {isNeither ? words.guide.neither : words.guide.says(label)}
      </p>
      <p>
        {!isNeither && `${words.guide.sure(percent)}. `}
        {isRight ? words.guide.right : words.guide.wrong}
      </p>
      <a className="button" href={hrefOf('look')}>
        {words.guide.next} <Icon name="right" />
      </a>
    </>
  )
}

async function verdictOf(run: string, sample: Sample): Promise<Verdict> {
  const picture = await (await ask(`/samples/${sample.name}`)).blob()
  const response = await ask(`/api/runs/${encodeURIComponent(run)}/predict`, {
    method: 'POST',
    body: picture,
    headers: { 'content-type': picture.type },
  })
  const { label, probabilities, abstained }: PredictAnswer = await response.json()
  return { sample, label, probability: Math.max(...probabilities), isNeither: abstained }
}
