import { type FormEvent, useState } from 'react'
import { Button, Dialog, DialogTrigger, Input, Label, Popover, TextField } from 'react-aria-components'
import { useWords } from '../../words/index.js'

/** More classes than these are chosen from a list. */
const MOST_BUTTONS = 6

interface ClassButtonsProps {
  readonly classes: readonly string[]
  /** The class that the photos have, where all have one. */
  readonly own: string
  readonly give: (label: string) => void
}

/** The classes that photos can be given: a button each, and the rest, with a new one, behind another. */
export function ClassButtons({ classes, own, give }: ClassButtonsProps) {
  const { clean: words } = useWords()
  return (
    <div className="class-buttons">
      {classes.slice(0, MOST_BUTTONS).map((name, i) => (
        <Button
          key={name}
          className={`button${name === own ? ' own' : ''}`}
          isDisabled={name === own}
          onPress={() => give(name)}
        >
          {i < 9 && <kbd>{i + 1}</kbd>} <span className="clipped">{name}</span>
        </Button>
      ))}
      <DialogTrigger>
        <Button className="button">{words.relabel}</Button>
        <Popover className="popover">
          <Dialog aria-label={words.relabel}>
            {({ close }) => (
              <ClassChoice
                classes={classes.slice(MOST_BUTTONS)}
                give={name => {
                  give(name)
                  close()
                }}
              />
            )}
          </Dialog>
        </Popover>
      </DialogTrigger>
    </div>
  )
}

function ClassChoice({ classes, give }: Pick<ClassButtonsProps, 'classes' | 'give'>) {
  const { clean: words } = useWords()
  const [name, setName] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (name.trim() !== '') give(name.trim())
  }
  return (
    <div className="class-choice">
      {classes.map(one => (
        <Button key={one} className="button" onPress={() => give(one)}>
          <span className="clipped">{one}</span>
        </Button>
      ))}
      <form onSubmit={submit}>
        <TextField value={name} onChange={setName} autoFocus autoComplete="off">
          <Label>{words.newClassHint}</Label>
          <Input />
        </TextField>
        <Button type="submit" className="button primary" isDisabled={name.trim() === ''}>
          {words.give}
        </Button>
      </form>
    </div>
  )
}
