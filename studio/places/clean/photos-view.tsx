import { type KeyboardEvent, useCallback, useEffect, useMemo, useState } from 'react'
import { EmptyState } from '../../parts/empty-state.js'
import { hrefOf } from '../../shell/route.js'
import { useWords } from '../../words/index.js'
import { Closer } from './closer.js'
import { nowOf } from './data.js'
import { Grid } from './grid.js'
import { follow, goTo, meant, nowhere, type Standing } from './selection.js'
import { Toolbar } from './toolbar.js'
import { type Acts, takeKey } from './use-acts.js'
import { type Found, isDoubted, type Opinion, type Photo, type Sort } from './view.js'

/** Kept in this browser, as the theme is. */
const SIDE_KEY = 'chiquito-tile'
const USUAL_SIDE = 148

interface PhotosViewProps {
  readonly title: string
  readonly photos: readonly Photo[]
  readonly classes: readonly string[]
  readonly opinions: ReadonlyMap<string, Opinion>
  /** By photo. */
  readonly found: ReadonlyMap<string, readonly Found[]>
  readonly sort: Sort
  readonly setSort: (sort: Sort) => void
  readonly hint: string | undefined
  readonly acts: Acts
}

/** Photos in a grid, what can be done to those that are chosen, and one of them large. */
export function PhotosView(props: PhotosViewProps) {
  const { title, photos, classes, opinions, found, sort, setSort, hint, acts } = props
  const { clean: words } = useWords()
  const [isOpen, setOpen] = useState(false)
  const [side, setSide] = useSide()
  const ids = useMemo(() => photos.map(({ id }) => id), [photos])
  const [standing, setStanding] = useStanding(ids)
  const target = () => meant(standing)
  const onKey = (event: KeyboardEvent) => takeKey(event, acts, classes, target)
  const remarkOf = useCallback(
    (photo: Photo) => {
      const opinion = opinions.get(photo.id)
      return isDoubted(photo, opinion, 'disagrees')
        ? `${opinion?.label}?`
        : (found.get(photo.id)?.[0]?.title ?? '')
    },
    [opinions, found],
  )
  const look = useCallback(() => setOpen(true), [])
  const chosen = photos.filter(({ id }) => standing.chosen.has(id))
  const own = chosen.every(({ label }) => label === chosen[0]?.label) ? (chosen[0]?.label ?? '') : ''
  const here = photos[standing.at]
  return (
    <>
      <Toolbar
        title={title}
        count={photos.length}
        chosen={chosen.length}
        sort={sort}
        setSort={setSort}
        hasOpinions={opinions.size > 0}
        side={side}
        setSide={setSide}
        classes={classes}
        own={own}
        relabel={to => acts.relabel(target(), to)}
        reject={() => acts.reject(target())}
        keep={() => acts.keep(target())}
        chooseNone={() => setStanding({ ...standing, chosen: new Set() })}
      />
      {hint !== undefined && <p className="muted hint">{hint}</p>}
      {photos.length === 0 ? (
        <EmptyState title={words.nothing} hint={words.nothingHint}>
          <a className="button" href={hrefOf('clean')}>
            {words.showAll}
          </a>
        </EmptyState>
      ) : (
        <Grid
          photos={photos}
          standing={standing}
          setStanding={setStanding}
          side={side}
          remarkOf={remarkOf}
          look={look}
          isLooking={isOpen}
          onKey={onKey}
        />
      )}
      {isOpen && here !== undefined && (
        <Closer
          photo={here}
          at={standing.at}
          count={photos.length}
          next={photos[standing.at + 1]}
          classes={classes}
          opinion={opinions.get(here.id)}
          found={found.get(here.id) ?? []}
          step={by => setStanding(goTo({ ...standing, chosen: new Set() }, standing.at + by, false))}
          acts={acts}
          close={() => setOpen(false)}
        />
      )}
    </>
  )
}

/** Where one stands, kept on the same photos while the list changes around them. */
function useStanding(ids: readonly string[]): [Standing, (next: Standing) => void] {
  const [standing, setStanding] = useState(nowhere)
  const followed = useMemo(() => follow(standing, ids, nowOf), [standing, ids])
  return [followed, setStanding]
}

function useSide(): [number, (side: number) => void] {
  const [side, setSide] = useState(() => {
    const kept = Number(localStorage.getItem(SIDE_KEY))
    return kept >= 88 && kept <= 320 ? kept : USUAL_SIDE
  })
  useEffect(() => localStorage.setItem(SIDE_KEY, String(side)), [side])
  return [side, setSide]
}
