import { type ReactNode, useState } from 'react'
import { Button, FileTrigger } from 'react-aria-components'
import { useStartJob } from '../../api/queries.js'
import { Icon, type IconName } from '../../parts/icon.js'
import { toast } from '../../shell/toasts.js'
import { useWords } from '../../words/index.js'
import { AddressesDialog } from './addresses-dialog.js'
import { type DroppedFile, filesIn } from './dropped.js'
import { SearchDialog } from './search-dialog.js'
import { StrangersDialog } from './strangers-dialog.js'

const dialogs = { search: SearchDialog, addresses: AddressesDialog, strangers: StrangersDialog }

/** Where photos can come from beside files that are at hand. */
export function Ways({
  labels,
  take,
  hasPhotos,
}: {
  readonly labels: readonly string[]
  readonly take: (files: readonly DroppedFile[]) => void
  readonly hasPhotos: boolean
}) {
  const { gather: words } = useWords()
  const start = useStartJob()
  const [open, setOpen] = useState<keyof typeof dialogs>()
  const Shown = open && dialogs[open]
  const choose = (list: FileList | null) => list && take(filesIn([...list]))
  const demo = () =>
    start.mutate({ kind: 'demo-data', options: {} }, { onError: error => toast(error, 'trouble') })
  return (
    <section>
      <h2>{words.more}</h2>
      <ul className="ways">
        <Way
          icon="search"
          name={words.ways.search}
          hint={words.ways.searchHint}
          press={() => setOpen('search')}
        />
        <Way
          icon="link"
          name={words.ways.addresses}
          hint={words.ways.addressesHint}
          press={() => setOpen('addresses')}
        />
        <Way icon="folder" name={words.ways.folder} hint={words.ways.folderHint}>
          {button => (
            <FileTrigger acceptDirectory onSelect={choose}>
              {button}
            </FileTrigger>
          )}
        </Way>
        <Way icon="archive" name={words.ways.archive} hint={words.ways.archiveHint}>
          {button => (
            <FileTrigger acceptedFileTypes={['.zip', '.tar', '.gz', '.tgz', '.zst', '.tm']} onSelect={choose}>
              {button}
            </FileTrigger>
          )}
        </Way>
        <Way
          icon="people"
          name={words.ways.strangers}
          hint={words.ways.strangersHint}
          press={() => setOpen('strangers')}
        />
        {!hasPhotos && <Way icon="gift" name={words.ways.demo} hint={words.ways.demoHint} press={demo} />}
      </ul>
      {Shown && <Shown labels={labels} close={() => setOpen(undefined)} />}
    </section>
  )
}

function Way({
  icon,
  name,
  hint,
  press,
  children = button => button,
}: {
  readonly icon: IconName
  readonly name: string
  readonly hint: string
  readonly press?: () => void
  readonly children?: (button: ReactNode) => ReactNode
}) {
  return (
    <li>
      {children(
        <Button className="way" {...(press ? { onPress: press } : {})}>
          <Icon name={icon} />
          <span>
            <strong>{name}</strong>
            <span className="muted">{hint}</span>
          </span>
        </Button>,
      )}
    </li>
  )
}
