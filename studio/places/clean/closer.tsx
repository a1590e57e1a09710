import { type KeyboardEvent, useEffect, useState } from 'react'
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { Icon } from '../../parts/icon.js'
import { isNoPicture, NoPicture } from '../../parts/no-picture.js'
import { useWords } from '../../words/index.js'
import { ClassButtons } from './class-buttons.js'
import { useSizes } from './data.js'
import { FindingText } from './finding-text.js'
import { type Acts, takeKey } from './use-acts.js'
import type { Found, Opinion, Photo } from './view.js'

interface CloserProps {
  readonly photo: Photo
  readonly at: number
  readonly count: number
  readonly next: Photo | undefined
  readonly classes: readonly string[]
  readonly opinion: Opinion | undefined
  /** What the doctor found of it. */
  readonly found: readonly Found[]
  readonly step: (by: number) => void
  readonly acts: Acts
  readonly close: () => void
}

/** One photo, large, with what is known of it; the keys of the grid work here, too. */
export function Closer(props: CloserProps) {
  const { photo, at, count, next, classes, opinion, found, step, acts, close } = props
  const { clean: words } = useWords()
  const size = useSizes().get(photo.id)
  useEffect(() => {
    // The next one is there before it is asked for.
    if (next !== undefined) new Image().src = `/photos/${next.id}/full`
  }, [next])
  const press = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLInputElement) return
    if (event.key === 'ArrowRight') step(1)
    else if (event.key === 'ArrowLeft') step(-1)
    else if (event.key === ' ' && !(event.target instanceof HTMLButtonElement)) close()
    else if (!takeKey(event, acts, classes, () => [photo.id])) return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <ModalOverlay className="overlay" isOpen isDismissable onOpenChange={close}>
      <Modal className="dialog closer">
        <Dialog>
          {/* biome-ignore lint/a11y/noStaticElementInteractions: hears the keys of all that is in the dialog */}
          <div className="closer-body" onKeyDown={press}>
            <div className="closer-head">
              <Heading slot="title">{photo.name}</Heading>
              <span className="muted">{words.position(at + 1, count)}</span>
              <Button
                className="button bare"
                aria-label={words.previous}
                isDisabled={at === 0}
                onPress={() => step(-1)}
              >
                <span className="turned">
                  <Icon name="right" />
                </span>
              </Button>
              <Button
                className="button bare"
                aria-label={words.next}
                isDisabled={at === count - 1}
                onPress={() => step(1)}
              >
                <Icon name="right" />
              </Button>
              <Button className="button bare" aria-label={words.close} autoFocus onPress={close}>
                <Icon name="close" />
              </Button>
            </div>
            <Large key={`${photo.id} ${photo.version}`} photo={photo} />
            <p className="muted closer-facts">
              {[photo.path, size === undefined ? '' : words.pixels(size.width, size.height)]
                .filter(Boolean)
                .join(' · ')}
            </p>
            {opinion !== undefined && (
              <p>{words.modelSays(opinion.label, `${Math.round(100 * opinion.probability)} %`)}</p>
            )}
            {found.map(finding => (
              <FindingText key={finding.message} finding={finding} />
            ))}
            <div className="closer-acts">
              <ClassButtons classes={classes} own={photo.label} give={to => acts.relabel([photo.id], to)} />
              <Button className="button" onPress={() => acts.keep([photo.id])} isDisabled={photo.isKept}>
                <Icon name="check" /> {words.keep}
              </Button>
              <Button className="button" onPress={() => acts.reject([photo.id])}>
                <Icon name="trash" /> {words.reject}
              </Button>
            </div>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

/** The photo itself; where it cannot be shown, what helps. */
function Large({ photo }: { readonly photo: Photo }) {
  const { clean: words } = useWords()
  const [isBroken, setBroken] = useState(false)
  const alt = words.tile(photo.name, photo.label, '')
  const source = `/photos/${photo.id}/full`
  if (!isBroken)
    return (
      <img
        className="closer-photo"
        src={source}
        alt={alt}
        onError={async () => (await isNoPicture(source)) && setBroken(true)}
      />
    )
  return (
    <div className="closer-photo closer-none" role="status">
      <NoPicture className="" alt={alt} />
      <p>{words.unreadableHint}</p>
    </div>
  )
}
