import { type FormEvent, useState } from 'react'
import { Button, Input, Label, TextField } from 'react-aria-components'
import type { AppAnswer, ModelAnswer } from '../../../src/studio/api/ship.js'
import { Copied } from '../../parts/copied.js'
import { ErrorNote } from '../../parts/error-note.js'
import { JobProgress } from '../../parts/job-progress.js'
import { useWords } from '../../words/index.js'
import { megabytes } from './megabytes.js'
import { previewAddress, useJobOf, useMake } from './queries.js'

/** Longest words that a phone shows. */
const LONGEST = 80

/** The model made into a page, which is then shown in a frame. */
export function MakeAppCard({ model }: { readonly model: ModelAnswer }) {
  const { ship: words } = useWords()
  const job = useJobOf('app', model.id)
  const isUnderWay = job?.state === 'running' || job?.state === 'waiting'
  return (
    <section className="card" aria-labelledby="app-title">
      <h2 id="app-title">{words.appTitle}</h2>
      <p className="muted">{words.appHint}</p>
      <div className="app-columns">
        <div>
          <AppForm model={model} isUnderWay={isUnderWay} />
          {job && isUnderWay && <JobProgress job={job} />}
          {job?.state === 'failed' && job.error && <ErrorNote error={job.error} />}
          {model.app && <MadeApp app={model.app} />}
        </div>
        {model.app && (
          <iframe
            className="preview"
            title={words.preview}
            src={previewAddress(model.id)}
            allow="camera"
            // Made again, it is loaded again.
            key={`${job?.id} ${job?.state}`}
          />
        )}
      </div>
    </section>
  )
}

function AppForm({ model, isUnderWay }: { readonly model: ModelAnswer; readonly isUnderWay: boolean }) {
  const { ship: words } = useWords()
  const make = useMake(model.id, 'app')
  const [said, setSaid] = useState({ title: '', yes: '', no: '' })
  const { subject, labels } = model
  const other = labels.find(label => label !== subject) ?? ''
  const submit = (event: FormEvent) => {
    event.preventDefault()
    make.mutate(Object.fromEntries(Object.entries(said).filter(([, text]) => text.trim() !== '')))
  }
  const field = (name: keyof typeof said, label: string, hint: string) => (
    <TextField value={said[name]} onChange={text => setSaid({ ...said, [name]: text })} maxLength={LONGEST}>
      <Label>{label}</Label>
      <Input placeholder={hint} />
    </TextField>
  )
  return (
    <form className="app-form" onSubmit={submit}>
      {field('title', words.appName, subject ?? labels.join(', '))}
      {subject !== null && field('yes', words.appYes(subject), subject)}
      {subject !== null && field('no', words.appNo(other), other)}
      <Button type="submit" className="button primary" isDisabled={isUnderWay || make.isPending}>
        {isUnderWay ? words.makingApp : model.app ? words.remakeApp : words.makeApp}
      </Button>
      {make.error && <ErrorNote error={make.error} />}
    </form>
  )
}

function MadeApp({ app }: { readonly app: AppAnswer }) {
  const { ship: words } = useWords()
  return (
    <>
      <p role="status">{words.appSize(megabytes(app.bytes))}</p>
      {!app.isCurrent && <p className="trouble">{words.appOld}</p>}
      <p className="muted">{words.appPlace}</p>
      <Copied text={app.folder} label={words.appPlace} />
    </>
  )
}
