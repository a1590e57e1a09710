import type { FormEvent, ReactNode } from 'react'
import { Button, Input, Label, TextField } from 'react-aria-components'
import type { JobKind } from '../../../src/studio/api/jobs.js'
import { useStartJob } from '../../api/queries.js'
import { Dialog } from '../../parts/dialog.js'
import { ErrorNote } from '../../parts/error-note.js'
import { useWords } from '../../words/index.js'

/** A dialog that starts a job with what is in its fields. */
export function JobForm({
  title,
  kind,
  options,
  isReady,
  begin,
  close,
  children,
}: {
  readonly title: string
  readonly kind: JobKind
  readonly options: Readonly<Record<string, unknown>>
  readonly isReady: boolean
  /** What the button says. */
  readonly begin: string
  readonly close: () => void
  readonly children: ReactNode
}) {
  const { gather: words } = useWords()
  const start = useStartJob()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    start.mutate({ kind, options }, { onSuccess: close })
  }
  return (
    <Dialog title={title} close={close}>
      <form className="fields" onSubmit={submit}>
        {children}
        {start.error && <ErrorNote error={start.error} />}
        <div className="acts">
          <Button className="button" onPress={close}>
            {words.cancel}
          </Button>
          <Button type="submit" className="button primary" isDisabled={!isReady || start.isPending}>
            {begin}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

/** A text in one line; with the classes that there are, where it is one. */
export function TextLine({
  label,
  value,
  change,
  placeholder = '',
  among = [],
  isFirst = false,
}: {
  readonly label: string
  readonly value: string
  readonly change: (value: string) => void
  readonly placeholder?: string
  readonly among?: readonly string[]
  readonly isFirst?: boolean
}) {
  return (
    <TextField value={value} onChange={change} autoFocus={isFirst}>
      <Label>{label}</Label>
      <Input placeholder={placeholder} list={among.length > 0 ? 'known-classes' : undefined} />
      {among.length > 0 && (
        <datalist id="known-classes">
          {among.map(one => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </TextField>
  )
}
