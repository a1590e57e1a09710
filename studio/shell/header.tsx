import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components'
import { useStep, useStudioState } from '../api/queries.js'
import { Icon } from '../parts/icon.js'
import { useLanguage, useWords } from '../words/index.js'
import { operationIn } from '../words/problems.js'
import { JobsDrawer } from './jobs-drawer.js'
import { hrefOf, type Place, places } from './route.js'
import { Settings } from './settings.js'
import { toast } from './toasts.js'

export function Header({ place }: { readonly place: Place }) {
  const { shell: words } = useWords()
  const { data: state } = useStudioState()
  return (
    <header className="header">
      <p className="brand" title={state?.workspace.dir}>
        <Icon name="lens" /> <span>{state?.workspace.name ?? 'chiquito'}</span>
      </p>
      <nav aria-label={words.placesLabel}>
        <ol className="places">
          {places.map(one => (
            <li key={one}>
              <a href={hrefOf(one)} aria-current={one === place ? 'page' : undefined}>
                {words.places[one]}
              </a>
            </li>
          ))}
        </ol>
      </nav>
      <div className="tools">
        <Steps />
        <JobsDrawer />
        <DialogTrigger>
          <Button className="button bare" aria-label={words.settings}>
            <Icon name="settings" />
          </Button>
          <Popover className="popover" placement="bottom end">
            <Dialog aria-label={words.settings}>
              <Settings />
            </Dialog>
          </Popover>
        </DialogTrigger>
      </div>
    </header>
  )
}

/** Undo and redo, which say what they would do. */
function Steps() {
  const { shell: words } = useWords()
  const { data: state } = useStudioState()
  const step = useStep()
  const take = (way: 'undo' | 'redo', told: string) =>
    step.mutate(way, { onSuccess: () => toast(told), onError: error => toast(error, 'trouble') })
  const { language } = useLanguage()
  const [undo, redo] = [state?.undo, state?.redo].map(next => next && operationIn(language, next.name))
  return (
    <>
      <Button
        className="button bare"
        isDisabled={!undo || step.isPending}
        aria-label={undo ? words.undoWhat(undo) : words.undo}
        onPress={() => undo && take('undo', words.undone(undo))}
      >
        <Icon name="undo" />
      </Button>
      <Button
        className="button bare"
        isDisabled={!redo || step.isPending}
        aria-label={redo ? words.redoWhat(redo) : words.redo}
        onPress={() => redo && take('redo', words.redone(redo))}
      >
        <Icon name="redo" />
      </Button>
    </>
  )
}
