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
  const [names, setNames] = useState(() => groups.map(({ name }) => name ?? ''))
  const [archiveNames, setArchiveNames] = useState(() => archives.map(() => ''))
  const isReady = names.every(name => name.trim() !== '')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    for (const [i, { files }] of groups.entries()) sendPhotos(files, names[i].trim())
    for (const [i, file] of archives.entries()) sendArchive(file, archiveNames[i].trim() || undefined)
    close()
  }
  return (
    <Dialog title={words.sort.title} close={close}>
      <form className="fields" onSubmit={submit}>
        {groups.some(({ name }) => name !== undefined) && <p className="muted">{words.sort.hint}</p>}
        {groups.map(({ name, files }, i) => (
          <TextField
            key={name ?? ''}
            value={names[i]}
            onChange={value => setNames(names.with(i, value))}
            autoFocus={i === 0}
          >
            <Label>
              {name === undefined ? words.sort.loose(files.length) : words.sort.group(name, files.length)}
            </Label>
            <Input list={known} placeholder={words.sort.class} />
          </TextField>
        ))}
        {archives.map((file, i) => (
          <TextField
            key={file.name}
            value={archiveNames[i]}
            onChange={value => setArchiveNames(archiveNames.with(i, value))}
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
