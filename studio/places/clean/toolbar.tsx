import {
  Button,
  Dialog,
  DialogTrigger,
  Popover,
  Slider,
  SliderThumb,
  SliderTrack,
} from 'react-aria-components'
import { Icon } from '../../parts/icon.js'
import { useWords } from '../../words/index.js'
import { ClassButtons } from './class-buttons.js'
import { type Sort, sorts } from './view.js'

interface ToolbarProps {
  readonly title: string
  readonly count: number
  readonly chosen: number
  readonly sort: Sort
  readonly setSort: (sort: Sort) => void
  readonly hasOpinions: boolean
  readonly side: number
  readonly setSide: (side: number) => void
  readonly classes: readonly string[]
  readonly own: string
  readonly relabel: (to: string) => void
  readonly reject: () => void
  readonly keep: () => void
  readonly chooseNone: () => void
}

/** Above the grid: what is shown and how; once photos are chosen, what can be done to them. */
export function Toolbar(props: ToolbarProps) {
  const { clean: words } = useWords()
  return (
    <div className="toolbar">
      <h2>
        {props.title} <span className="muted">{words.photos(props.count)}</span>
      </h2>
      {props.chosen > 0 ? <Chosen {...props} /> : <View {...props} />}
    </div>
  )
}

function View({ sort, setSort, hasOpinions, side, setSide }: ToolbarProps) {
  const { clean: words } = useWords()
  return (
    <div className="toolbar-view">
      <label className="sort">
        <span>{words.sort}</span>
        <select
          aria-label={words.sort}
          value={sort}
          onChange={event => setSort(sorts.find(one => one === event.target.value) ?? 'name')}
        >
          {sorts
            .filter(one => one !== 'doubt' || hasOpinions)
            .map(one => (
              <option key={one} value={one}>
                {words.sorts[one]}
              </option>
            ))}
        </select>
      </label>
      <Slider
        className="size"
        aria-label={words.size}
        minValue={88}
        maxValue={320}
        step={4}
        value={side}
        onChange={value => setSide(Array.isArray(value) ? value[0] : value)}
      >
        <SliderTrack className="size-track">
          <SliderThumb className="size-thumb" />
        </SliderTrack>
      </Slider>
      <DialogTrigger>
        <Button className="button bare keys-button">{words.keysTitle}</Button>
        <Popover className="popover">
          <Dialog aria-label={words.keysTitle}>
            <dl className="keys-list">
              {words.keys.map(([key, does]) => (
                <div key={key}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </Dialog>
        </Popover>
      </DialogTrigger>
    </div>
  )
}

function Chosen({ chosen, classes, own, relabel, reject, keep, chooseNone }: ToolbarProps) {
  const { clean: words } = useWords()
  return (
    <div className="toolbar-chosen">
      <strong role="status">{words.chosen(chosen)}</strong>
      <ClassButtons classes={classes} own={own} give={relabel} />
      <Button className="button" onPress={keep}>
        <Icon name="check" /> {words.keep}
      </Button>
      <Button className="button" onPress={reject}>
        <Icon name="trash" /> {words.reject}
      </Button>
      <Button className="button bare" aria-label={words.chooseNone} onPress={chooseNone}>
        <Icon name="close" />
      </Button>
    </div>
  )
}
