import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Button } from 'react-aria-components'
import { postJson } from '../../api/client.js'
import { queryClient } from '../../api/queries.js'
import { Dialog } from '../../parts/dialog.js'
import { ErrorNote } from '../../parts/error-note.js'
import { Icon } from '../../parts/icon.js'
import { useWords } from '../../words/index.js'
import { TextLine } from './job-form.js'

const renewed = () => queryClient.invalidateQueries({ queryKey: ['state'] })

/** What can be done with a class that has no photo: another name, or none at all. */
export function EmptyClassTools({ label }: { readonly label: string }) {
  const { gather: words } = useWords()
  const [isRenaming, setRenaming] = useState(false)
  const remove = useMutation({
    mutationFn: () => postJson('/api/classes/remove', { label }),
    onSuccess: async () => {
      // The card goes, and with it whatever had the keyboard.
      document.querySelector<HTMLElement>('.new-class input')?.focus()
      await renewed()
    },
  })
  return (
    <>
      <div className="class-acts">
        <Button
          className="button"
          aria-label={words.renameClass(label)}
          onPress={() => {
            remove.reset()
            setRenaming(true)
          }}
        >
          <Icon name="pencil" /> {words.rename}
        </Button>
        <Button
          className="button"
          aria-label={words.removeClass(label)}
          isDisabled={remove.isPending}
          onPress={() => remove.mutate()}
        >
          <Icon name="trash" /> {words.remove}
        </Button>
      </div>
      {remove.error && <ErrorNote error={remove.error} />}
      {isRenaming && <RenameDialog label={label} close={() => setRenaming(false)} />}
    </>
  )
}

function RenameDialog({ label, close }: { readonly label: string; readonly close: () => void }) {
  const { gather: words } = useWords()
  const [name, setName] = useState(label)
  const rename = useMutation({
    mutationFn: () => postJson('/api/classes/rename', { label, to: name.trim() }),
    onSuccess: async () => {
      await renewed()
      close()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    rename.mutate()
  }
  return (
    <Dialog title={words.renameClass(label)} close={close}>
      <form className="fields" onSubmit={submit}>
        <TextLine label={words.newClassName} value={name} change={setName} isFirst />
        {rename.error && <ErrorNote error={rename.error} />}
        <div className="acts">
          <Button className="button" onPress={close}>
            {words.cancel}
          </Button>
          <Button
            type="submit"
            className="button primary"
            isDisabled={name.trim() === '' || name.trim() === label || rename.isPending}
          >
            {words.rename}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
