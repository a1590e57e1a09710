import { useState } from 'react'
import { Label, Text, TextArea, TextField } from 'react-aria-components'
import { useWords } from '../../words/index.js'
import { JobForm, TextLine } from './job-form.js'

/** Photos whose addresses somebody has. */
export function AddressesDialog({
  labels,
  close,
}: {
  readonly labels: readonly string[]
  readonly close: () => void
}) {
  const { gather: all } = useWords()
  const words = all.addresses
  const [label, setLabel] = useState('')
  const [list, setList] = useState('')
  const addresses = list.split('\n').flatMap(line => line.trim() || [])
  return (
    <JobForm
      title={words.title}
      kind="addresses"
      options={{ label: label.trim(), addresses }}
      isReady={label.trim() !== '' && addresses.length > 0}
      begin={words.start}
      close={close}
    >
      <TextLine label={all.search.class} value={label} change={setLabel} among={labels} isFirst />
      <TextField value={list} onChange={setList}>
        <Label>{words.list}</Label>
        <TextArea placeholder="https://example.org/photo.jpg" rows={8} spellCheck="false" />
        <Text slot="description">{words.hint}</Text>
      </TextField>
    </JobForm>
  )
}
