import { useState } from 'react'
import { Button, Label, Radio, RadioGroup } from 'react-aria-components'
import type { ExportModel, ModelAnswer } from '../../../src/studio/api/ship.js'
import { ErrorNote } from '../../parts/error-note.js'
import { Icon } from '../../parts/icon.js'
import { JobProgress } from '../../parts/job-progress.js'
import { useWords } from '../../words/index.js'
import { megabytes } from './megabytes.js'
import { modelAddress, useJobOf, useMake } from './queries.js'

const forms = {
  float16: { to: 'onnx', precision: 'float16' },
  int8: { to: 'onnx', precision: 'int8' },
  huggingface: { to: 'huggingface' },
} as const satisfies Readonly<Record<string, ExportModel>>
type Form = keyof typeof forms
const formNames: readonly Form[] = ['float16', 'int8', 'huggingface']

/** The file itself, and smaller ones. */
export function TakeCard({ model }: { readonly model: ModelAnswer }) {
  const { ship: words } = useWords()
  return (
    <section className="card" aria-labelledby="take-title">
      <h2 id="take-title">{words.takeTitle}</h2>
      <p className="muted">{words.takeHint}</p>
      <a className="button primary" href={modelAddress(model.id)} download={`${model.id}.onnx`}>
        <Icon name="download" /> {words.download(megabytes(model.bytes))}
      </a>
      <Forms run={model.id} />
    </section>
  )
}

function Forms({ run }: { readonly run: string }) {
  const { ship: words } = useWords()
  const [form, setForm] = useState<Form>('float16')
  const make = useMake(run, 'export')
  const job = useJobOf('export', run)
  const isUnderWay = job?.state === 'running' || job?.state === 'waiting'
  return (
    <div className="forms">
      <RadioGroup value={form} onChange={value => setForm(formNames.find(one => one === value) ?? form)}>
        <Label>{words.smaller}</Label>
        {formNames.map(one => (
          <Radio key={one} value={one}>
            {words.forms[one]}
          </Radio>
        ))}
      </RadioGroup>
      <p className="muted">{words.formHint}</p>
      <Button
        className="button"
        isDisabled={isUnderWay || make.isPending}
        onPress={() => make.mutate(forms[form])}
      >
        {words.makeForm}
      </Button>
      {make.error && <ErrorNote error={make.error} />}
      {job && isUnderWay && <JobProgress job={job} />}
      {job?.state === 'failed' && job.error && <ErrorNote error={job.error} />}
      {job?.state === 'done' && <Made result={job.result} />}
    </div>
  )
}

function Made({ result }: { readonly result: unknown }) {
  const { ship: words } = useWords()
  const { out, changed } = Object(result)
  if (typeof out === 'string') return <p role="status">{words.madeForm(out)}</p>
  return typeof changed === 'number' ? <p role="status">{words.refusedForm(changed)}</p> : null
}
