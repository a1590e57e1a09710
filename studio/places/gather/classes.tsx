import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Button, FileTrigger, Input, Label, TextField } from 'react-aria-components'
import type { StateAnswer } from '../../../src/studio/api/state.js'
import { postJson } from '../../api/client.js'
import { queryClient } from '../../api/queries.js'
import { ErrorNote } from '../../parts/error-note.js'
import { Icon } from '../../parts/icon.js'
import { PhotoTile } from '../../parts/photo-tile.js'
import { hrefOf } from '../../shell/route.js'
import { useWords } from '../../words/index.js'
import { type DroppedFile, filesIn } from './dropped.js'
import { EmptyClassTools } from './empty-class-tools.js'
import { type ShownPhoto, useLastPhotos } from './photos.js'
import { useDropTarget } from './use-drop-target.js'
import { useGiven } from './use-given.js'

type Take = (files: readonly DroppedFile[], label?: string) => void

/** A card for each class: what came last, and what brings more. */
export function Classes({
  classes,
  take,
  record,
}: {
  readonly classes: StateAnswer['classes']
  readonly take: Take
  readonly record: (label: string) => void
}) {
  const { gather: words } = useWords()
  const last = useLastPhotos()
  return (
    <section aria-label={words.classes}>
      <ul className="classes">
        {classes.map(({ label, photos }) => (
          <li key={label}>
            <ClassCard
              label={label}
              count={photos}
              last={last.get(label) ?? []}
              take={take}
              record={record}
            />
          </li>
        ))}
        <li>
          <NewClass />
        </li>
      </ul>
    </section>
  )
}

function ClassCard({
  label,
  count,
  last,
  take,
  record,
}: {
  readonly label: string
  readonly count: number
  readonly last: readonly ShownPhoto[]
  readonly take: Take
  readonly record: (label: string) => void
}) {
  const { gather: words, shell } = useWords()
  const given = useGiven()
  const target = useDropTarget(transfer => given(transfer, files => take(files, label)))
  return (
    <article
      className={`class-card card ${target.isOver ? 'drop-over' : ''}`}
      data-class={label}
      {...target.handlers}
    >
      <div className="class-head">
        <h2 title={label}>{label}</h2>
        <p className="muted">{shell.photos(count)}</p>
      </div>
      {count === 0 ? (
        <>
          <p className="class-empty muted">{words.noPhotos}</p>
          <EmptyClassTools label={label} />
        </>
      ) : (
        <a className="strip" href={hrefOf('clean', { class: label })} aria-label={`${words.clean}: ${label}`}>
          {last.map(({ id, version }) => (
            <PhotoTile key={id} id={id} version={version} alt="" />
          ))}
        </a>
      )}
      <div className="class-acts">
        <FileTrigger allowsMultiple onSelect={list => list && take(filesIn([...list]), label)}>
          <Button className="button" aria-label={words.addTo(label)}>
            <Icon name="plus" /> {words.add}
          </Button>
        </FileTrigger>
        <Button className="button" aria-label={words.webcamFor(label)} onPress={() => record(label)}>
          <Icon name="camera" /> {words.webcam}
        </Button>
      </div>
      <p className="drop-sign" aria-hidden="true">
        {words.drop}
      </p>
    </article>
  )
}

function NewClass() {
  const { gather: words } = useWords()
  const [name, setName] = useState('')
  const make = useMutation({
    mutationFn: (label: string) => postJson('/api/classes', { label }),
    onSuccess: async () => {
      setName('')
      await queryClient.invalidateQueries({ queryKey: ['state'] })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    make.mutate(name)
  }
  return (
    <form className="class-card new-class" onSubmit={submit}>
      <h2>{words.newClass}</h2>
      <TextField value={name} onChange={setName}>
        <Label>{words.newClassName}</Label>
        <Input placeholder={words.newClassHint} />
      </TextField>
      <Button type="submit" className="button" isDisabled={name.trim() === '' || make.isPending}>
        <Icon name="plus" /> {words.make}
      </Button>
      {make.error && <ErrorNote error={make.error} />}
    </form>
  )
}
