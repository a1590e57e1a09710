import { useState } from 'react'
import { Group, Input, Label, NumberField, Text, TextArea, TextField } from 'react-aria-components'
import { useWords } from '../../words/index.js'
import { JobForm, TextLine } from './job-form.js'

const USUAL_PEOPLE = 270
const MOST_PEOPLE = 5749

/** People who are none of those to be told apart. */
export function StrangersDialog({
  close,
}: {
  readonly labels: readonly string[]
  readonly close: () => void
}) {
  const { gather: all } = useWords()
  const words = all.strangers
  const [label, setLabel] = useState(words.class)
  const [people, setPeople] = useState(USUAL_PEOPLE)
  const [names, setNames] = useState('')
  const exclude = names.split('\n').flatMap(line => line.trim() || [])
  return (
    <JobForm
      title={words.title}
      kind="lfw"
      options={{ label: label.trim(), people, exclude }}
      isReady={label.trim() !== '' && people >= 1}
      begin={words.start}
      close={close}
    >
      <p className="muted">{words.hint}</p>
      <TextLine label={all.search.class} value={label} change={setLabel} isFirst />
      <NumberField value={people} onChange={setPeople} minValue={1} maxValue={MOST_PEOPLE}>
        <Label>{words.people}</Label>
        <Group>
          <Input />
        </Group>
      </NumberField>
      <TextField value={names} onChange={setNames}>
        <Label>{words.exclude}</Label>
        <TextArea rows={3} />
        <Text slot="description">{words.excludeHint}</Text>
      </TextField>
    </JobForm>
  )
}
