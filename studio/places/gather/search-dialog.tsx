import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Checkbox, CheckboxGroup, Group, Input, Label, NumberField } from 'react-aria-components'
import type { SourcesAnswer } from '../../../src/studio/api/addresses.js'
import { getJson } from '../../api/client.js'
import { Machine } from '../../parts/error-text.js'
import { useLanguage, useWords } from '../../words/index.js'
import { termsIn } from '../../words/problems.js'
import { JobForm, TextLine } from './job-form.js'

const USUAL_LIMIT = 100
const MOST = 10_000

/** Photos for words, under the licences that are needed. */
export function SearchDialog({
  labels,
  close,
}: {
  readonly labels: readonly string[]
  readonly close: () => void
}) {
  const { gather: all } = useWords()
  const words = all.search
  const { language } = useLanguage()
  const { data } = useQuery({ queryKey: ['sources'], queryFn: () => getJson<SourcesAnswer>('/api/sources') })
  const [text, setText] = useState('')
  const [label, setLabel] = useState<string>()
  const [limit, setLimit] = useState(USUAL_LIMIT)
  const [needs, setNeeds] = useState<string[]>([])
  const [chosen, setChosen] = useState<string[]>()
  const sources = chosen ?? data?.sources.filter(one => one.isUsual).map(one => one.name)
  const asked = (name: string) => (needs.includes(name) ? { [name]: true } : {})
  const options = {
    words: text.trim(),
    label: (label ?? text).trim(),
    limit,
    ...(chosen === undefined ? {} : { sources: chosen }),
    ...asked('commercial'),
    ...asked('changes'),
    ...asked('noNaming'),
    ...asked('safe'),
  }
  const isReady = options.words !== '' && options.label !== '' && limit >= 1 && sources?.length !== 0
  return (
    <JobForm
      title={words.title}
      kind="collect"
      options={options}
      isReady={isReady}
      begin={words.start}
      close={close}
    >
      <TextLine label={words.words} value={text} change={setText} placeholder={words.wordsHint} isFirst />
      <TextLine
        label={words.class}
        value={label ?? text}
        change={setLabel}
        placeholder={words.classHint}
        among={labels}
      />
      <NumberField value={limit} onChange={setLimit} minValue={1} maxValue={MOST}>
        <Label>{words.limit}</Label>
        <Group>
          <Input />
        </Group>
      </NumberField>
      <CheckboxGroup value={needs} onChange={setNeeds}>
        <Label>{words.licence}</Label>
        <Checkbox value="commercial">{words.commercial}</Checkbox>
        <Checkbox value="changes">{words.changes}</Checkbox>
        <Checkbox value="noNaming">{words.noNaming}</Checkbox>
        <Checkbox value="safe">{words.safe}</Checkbox>
      </CheckboxGroup>
      {data && (
        <CheckboxGroup value={sources ?? []} onChange={setChosen}>
          <Label>{words.sources}</Label>
          {data.sources.map(({ name, title, terms, lacksKey }) => (
            <Checkbox key={name} value={name} isDisabled={lacksKey !== null}>
              <span>
                {title}
                {lacksKey !== null && <span className="muted"> {words.lacksKey(lacksKey)}</span>}
                {terms !== null && (
                  <span className="muted terms">{termsIn(language, name) ?? <Machine text={terms} />}</span>
                )}
              </span>
            </Checkbox>
          ))}
        </CheckboxGroup>
      )}
    </JobForm>
  )
}
