import { useState } from 'react'
import { Button } from 'react-aria-components'
import { Icon } from '../../parts/icon.js'
import { useWords } from '../../words/index.js'

/** Throws away what was learnt, once that was said twice. */
export function Discard({
  name,
  discard,
  isPending,
}: {
  readonly name: string
  readonly discard: () => void
  readonly isPending: boolean
}) {
  const { train: words } = useWords()
  const [isAsking, setAsking] = useState(false)
  if (!isAsking)
    return (
      <Button className="button" aria-label={words.discardWhat(name)} onPress={() => setAsking(true)}>
        <Icon name="trash" /> {words.discard}
      </Button>
    )
  return (
    <fieldset className="discard" aria-label={words.discardWhat(name)}>
      <p role="status">{words.discardAsk}</p>
      <Button className="button danger" isDisabled={isPending} onPress={discard}>
        {words.discardNow}
      </Button>
      <Button className="button" autoFocus onPress={() => setAsking(false)}>
        {words.discardNot}
      </Button>
    </fieldset>
  )
}
