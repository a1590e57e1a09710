import type { ReactNode } from 'react'
import { Dialog as AriaDialog, Button, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useWords } from '../words/index.js'
import { Icon } from './icon.js'

/** A dialog over the page: Escape, the cross and a press beside it close it. */
export function Dialog({
  title,
  close,
  children,
  className = '',
}: {
  readonly title: string
  readonly close: () => void
  readonly children: ReactNode
  readonly className?: string
}) {
  const { shell: words } = useWords()
  return (
    <ModalOverlay className="overlay" isOpen isDismissable onOpenChange={isOpen => !isOpen && close()}>
      <Modal className={`dialog ${className}`}>
        <AriaDialog>
          <div className="drawer-head">
            <Heading slot="title">{title}</Heading>
            <Button className="button bare" aria-label={words.close} onPress={close}>
              <Icon name="close" />
            </Button>
          </div>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}
