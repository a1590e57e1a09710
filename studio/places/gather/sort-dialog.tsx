import { type FormEvent, useId, useMemo, useState } from 'react'
import { Button, Input, Label, TextField } from 'react-aria-components'
import { Dialog } from '../../parts/dialog.js'
import { useWords } from '../../words/index.js'
import { type DroppedFile, sorted } from './dropped.js'
import { sendArchive, sendPhotos } from './uploads.js'

/** Asks which class photos are that were dropped on no class: folders say it, and may be renamed. */
export function SortDialog({
  dropped,
  labels,
  close,
}: {
  readonly dropped: readonly DroppedFile[]
  readonly labels: readonly string[]
  readonly close: () => void
}) {
  const { gather: words } = useWords()
  const known = useId()
  const { groups, archives, left } = useMemo(() => sorted(dropped), [dropped])
  // By folder, and by archive: more may be dropped while it is asked.
  const [given, setGiven] = useState<ReadonlyMap<string | File | undefined, string>>(new Map())
  const nameOf = (what: string | File | undefined) =>
    given.get(what) ?? (typeof what === 'string' ? what : '')
  const rename = (what: string | File | undefined) => (name: string) =>
    setGiven(before => new Map(before).set(what, name))
  const isReady = groups.every(({ name }) => nameOf(name).trim() !== '')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    for (const { name, files } of groups) sendPhotos(files, nameOf(name).trim())
    for (const file of archives) sendArchive(file, nameOf(file).trim() || undefined)
    close()
  }
  return (
    <Dialog title={words.sort.title} close={close}>
      <form className="fields" onSubmit={submit}>
        {groups.some(({ name }) => name !== undefined) && <p className="muted">{words.sort.hint}</p>}
        {groups.map(({ name, files }, i) => (
          <TextField key={name ?? ''} value={nameOf(name)} onChange={rename(name)} autoFocus={i === 0}>
            <Label>
              {name === undefined ? words.sort.loose(files.length) : words.sort.group(name, files.length)}
            </Label>
            <Input list={known} placeholder={words.sort.class} />
          </TextField>
        ))}
        {archives.map((file, i) => (
          <TextField
            // biome-ignore lint/suspicious/noArrayIndexKey: the list only grows at its end
            key={i}
            value={nameOf(file)}
            onChange={rename(file)}
            autoFocus={groups.length === 0 && i === 0}
          >
            <Label>{words.sort.archive(file.name)}</Label>
            <Input list={known} placeholder={words.sort.archiveHint} />
          </TextField>
        ))}
        <datalist id={known}>
          {labels.map(label => (
            <option key={label} value={label} />
          ))}
        </datalist>
        {left > 0 && <p className="muted">{words.sort.left(left)}</p>}
        <div className="acts">
          <Button className="button" onPress={close}>
            {words.cancel}
          </Button>
          <Button
            type="submit"
            className="button primary"
            isDisabled={!isReady || groups.length + archives.length === 0}
          >
            {words.sort.add}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
