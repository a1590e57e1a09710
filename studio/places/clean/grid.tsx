import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual'
import {
  type KeyboardEvent,
  type MouseEvent,
  memo,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { useWords } from '../../words/index.js'
import { goTo, type Standing, toggle } from './selection.js'
import { Thumb } from './thumb.js'
import { useWidth } from './use-width.js'
import type { Photo } from './view.js'

const GAP = 8
/** Below a picture: its class. */
const CAPTION = 26
const AHEAD = 5
/** What is seen has its pictures after so long, or waits for a disk. */
const FIRST_SCREEN_MS = 150

interface GridProps {
  readonly photos: readonly Photo[]
  readonly standing: Standing
  readonly setStanding: (next: Standing) => void
  /** Side of a tile at least, in CSS pixels. */
  readonly side: number
  /** What else is said of a photo: findings, the model's opinion. */
  readonly remarkOf: (photo: Photo) => string
  /** Shows the photo where one stands large. */
  readonly look: () => void
  readonly isLooking: boolean
  /** Keys that the grid itself does not know; true where one was taken. */
  readonly onKey: (event: KeyboardEvent) => boolean
}

/** All photos of the view, of which only the rows that are seen are there; one tile can be reached by Tab. */
export function Grid(props: GridProps) {
  const { photos, standing, setStanding, side, look, isLooking, onKey, remarkOf } = props
  const { clean: words } = useWords()
  const frame = useRef<HTMLDivElement>(null)
  const width = useWidth(frame)
  const columns = Math.max(1, Math.floor((width + GAP) / (side + GAP)))
  const tile = width === 0 ? side : (width + GAP) / columns - GAP
  const height = tile + CAPTION + GAP
  const rows = width === 0 ? 0 : Math.ceil(photos.length / columns)
  const focusRow = Math.floor(standing.at / columns)
  const withFocus = useCallback(
    (range: Range) => {
      const seen = defaultRangeExtractor(range)
      return focusRow >= rows || seen.includes(focusRow) ? seen : [...seen, focusRow].sort((a, b) => a - b)
    },
    [focusRow, rows],
  )
  const virtual = useVirtualizer({
    count: rows,
    getScrollElement: () => frame.current,
    estimateSize: () => height,
    overscan: useAhead(),
    rangeExtractor: withFocus,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows are measured anew when their height changes
  useEffect(() => virtual.measure(), [height])
  const { focusTile, ...focusEvents } = useFocus(frame, standing)
  const wasLooking = useRef(isLooking)
  useEffect(() => {
    // One goes on where one has come to, not where the photo was that was opened.
    if (wasLooking.current && !isLooking) {
      virtual.scrollToIndex(focusRow)
      focusTile()
    }
    wasLooking.current = isLooking
  })
  const go = (at: number, isRange: boolean) => {
    const next = goTo(standing, at, isRange)
    setStanding(next)
    virtual.scrollToIndex(Math.floor(next.at / columns))
    focusTile()
  }
  const press = (event: KeyboardEvent) => {
    if (onKey(event)) return event.preventDefault()
    const page = Math.max(1, Math.floor((frame.current?.clientHeight ?? 0) / height)) * columns
    const at = targetOf(event.key, { ...standing, columns, page, count: photos.length })
    if (at !== undefined) go(at, event.shiftKey)
    else if (event.key === ' ') look()
    else if (event.key === 'Enter') setStanding(toggle(standing, standing.at))
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey))
      setStanding({ ...standing, chosen: new Set(standing.ids) })
    else if (event.key === 'Escape') setStanding({ ...standing, chosen: new Set() })
    else return
    event.preventDefault()
  }
  const latest = useRef({ standing, look })
  latest.current = { standing, look }
  const click = useCallback(
    (event: MouseEvent, at: number) => {
      const { standing } = latest.current
      const isTouch = 'pointerType' in event.nativeEvent && event.nativeEvent.pointerType === 'touch'
      const isChoosing = isTouch && standing.chosen.size > 0
      if (event.ctrlKey || event.metaKey || event.type === 'contextmenu' || isChoosing)
        setStanding(toggle(standing, at))
      else if (event.shiftKey) setStanding(goTo(standing, at, true))
      else {
        setStanding({ ids: standing.ids, at, anchor: at, chosen: new Set() })
        // A finger cannot click twice as fast, and has no keys.
        if (isTouch) latest.current.look()
      }
    },
    [setStanding],
  )
  const open = useCallback(() => latest.current.look(), [])
  return (
    <div className="grid-frame" ref={frame}>
      {/* biome-ignore lint/a11y/useSemanticElements: a table has no rows that come and go */}
      <div
        role="grid"
        aria-label={words.grid}
        aria-multiselectable="true"
        aria-rowcount={rows}
        aria-colcount={columns}
        className="grid"
        tabIndex={-1}
        style={{ height: virtual.getTotalSize() }}
        onKeyDown={press}
        {...focusEvents}
      >
        {virtual.getVirtualItems().map(({ index, start }) => (
          <Row
            key={index}
            index={index}
            top={start}
            height={height}
            columns={columns}
            photos={photos}
            at={index === focusRow ? standing.at : undefined}
            chosen={standing.chosen}
            remarkOf={remarkOf}
            size={tile > 200 ? 320 : 160}
            click={click}
            open={open}
          />
        ))}
      </div>
    </div>
  )
}

/** Rows ready above and below what is seen: none at first, so that what is seen comes first. */
function useAhead(): number {
  const [ahead, setAhead] = useState(0)
  useEffect(() => {
    const timer = setTimeout(() => setAhead(AHEAD), FIRST_SCREEN_MS)
    return () => clearTimeout(timer)
  }, [])
  return ahead
}

/** Where a key leads; undefined for one that leads nowhere. */
function targetOf(
  key: string,
  { at, columns, page, count }: { at: number; columns: number; page: number; count: number },
): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowRight: at + 1,
    ArrowLeft: at - 1,
    ArrowDown: at + columns < count ? at + columns : at,
    ArrowUp: at - columns >= 0 ? at - columns : at,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: count - 1,
  }
  return steps[key]
}

/** Gives the keyboard to the tile where one stands, once it is there: also where the tile that had it has left. */
function useFocus(frame: { readonly current: HTMLDivElement | null }, { ids, at }: Standing) {
  const isOurs = useRef(false)
  const here = ids[at]
  const giveHere = () => {
    const grid = frame.current
    const { activeElement: active } = document
    if (grid === null || here === undefined || !isOurs.current) return
    if (active !== document.body && !grid.contains(active)) return
    const cell = grid.querySelector<HTMLElement>(`[data-id="${here}"]`)
    if (cell !== active) cell?.focus({ preventScroll: true })
  }
  // With the change itself, before the browser hears another key: one that came in between would reach nobody.
  useLayoutEffect(giveHere)
  return {
    focusTile: () => {
      isOurs.current = true
      giveHere()
    },
    onFocus: () => {
      isOurs.current = true
    },
    // Where the tile itself goes, nothing else gets the keyboard.
    onBlur: ({ relatedTarget }: { readonly relatedTarget: EventTarget | null }) => {
      if (relatedTarget instanceof Node && !frame.current?.contains(relatedTarget)) isOurs.current = false
    },
  }
}

interface RowProps extends Pick<TileProps, 'size' | 'click' | 'open'> {
  readonly index: number
  /** Where it begins and how high it is, in CSS pixels. */
  readonly top: number
  readonly height: number
  readonly columns: number
  readonly photos: readonly Photo[]
  /** Where one stands, in the row where that is. */
  readonly at: number | undefined
  readonly chosen: ReadonlySet<string>
  readonly remarkOf: (photo: Photo) => string
}

/** Rows that stay are left alone while others come. */
const Row = memo(function Row(props: RowProps) {
  const { index, top, height, columns, photos, at, chosen, remarkOf, ...rest } = props
  const first = index * columns
  return (
    // biome-ignore lint/a11y/useSemanticElements: as above
    // biome-ignore lint/a11y/useFocusableInteractive: the cells are
    <div
      role="row"
      aria-rowindex={index + 1}
      className="grid-row"
      style={{ top, height, gridTemplateColumns: `repeat(${columns}, 1fr)` }}
    >
      {photos.slice(first, first + columns).map((photo, column) => (
        <Tile
          key={photo.id}
          photo={photo}
          at={first + column}
          column={column}
          isHere={first + column === at}
          isChosen={chosen.has(photo.id)}
          remark={remarkOf(photo)}
          {...rest}
        />
      ))}
    </div>
  )
})

interface TileProps {
  readonly photo: Photo
  readonly at: number
  readonly column: number
  readonly isHere: boolean
  readonly isChosen: boolean
  readonly remark: string
  readonly size: 160 | 320
  readonly click: (event: MouseEvent, at: number) => void
  readonly open: () => void
}

const Tile = memo(function Tile({
  photo,
  at,
  column,
  isHere,
  isChosen,
  remark,
  size,
  click,
  open,
}: TileProps) {
  const { clean: words, shell } = useWords()
  const [isUnreadable, setUnreadable] = useState(false)
  const onNone = useCallback(() => setUnreadable(true), [])
  const name = isUnreadable ? `${photo.name}, ${shell.noPicture}` : photo.name
  const more = [remark, photo.isKept ? words.kept : ''].filter(Boolean).join(', ')
  return (
    // biome-ignore lint/a11y/useSemanticElements: a cell of the grid above
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid hears the keys of all its cells
    <div
      role="gridcell"
      aria-colindex={column + 1}
      aria-selected={isChosen}
      aria-label={words.tile(name, photo.label, more)}
      tabIndex={isHere ? 0 : -1}
      data-id={photo.id}
      className={`tile${isChosen ? ' chosen' : ''}`}
      onClick={event => {
        event.currentTarget.focus({ preventScroll: true })
        click(event, at)
      }}
      onDoubleClick={open}
      onContextMenu={event => {
        // A finger that stays: the first of several.
        if (!('pointerType' in event.nativeEvent) || event.nativeEvent.pointerType !== 'touch') return
        event.preventDefault()
        click(event, at)
      }}
    >
      <Thumb id={photo.id} version={photo.version} size={size} alt="" onNone={onNone} />
      <span className="tile-label">
        {photo.label}
        {photo.isKept && <span className="tile-kept"> ✓</span>}
      </span>{' '}
      {remark !== '' && <span className="tile-remark">{remark}</span>}
    </div>
  )
})
