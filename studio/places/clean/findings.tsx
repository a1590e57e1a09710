import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { FindingAnswer } from '../../../src/studio/api/findings.js'
import { Icon } from '../../parts/icon.js'
import { useWords } from '../../words/index.js'
import { type Sizes, useSizes } from './data.js'
import { FindingText } from './finding-text.js'
import { Thumb } from './thumb.js'
import type { Photo } from './view.js'

/** Cards that are shown at first, and more at a time. */
const AT_A_TIME = 24

/** Photos of one card; a style that half of the photos have is not shown whole. */
const MOST_PHOTOS = 8

/** What finds copies asks which one is it; what finds classes asks for another one. */
const copies = new Set(['exact-copies', 'near-copies', 'hidden-copies'])
const classChecks = new Set(['label-errors', 'unlike-class'])

export interface FindingActs {
  readonly relabel: (ids: readonly string[], to: string) => void
  readonly reject: (ids: readonly string[]) => void
  readonly keep: (ids: readonly string[]) => void
  readonly apart: (ids: readonly string[]) => void
}

interface FindingsProps {
  readonly title: string
  readonly advice: string
  readonly findings: readonly FindingAnswer[]
  readonly photos: ReadonlyMap<string, Photo>
  readonly classes: readonly string[]
  readonly acts: FindingActs
  readonly look: (id: string, ids: readonly string[]) => void
}

/** What one check found, a card each, with the acts that make sense for it. */
export function Findings({ title, advice, findings, photos, classes, acts, look }: FindingsProps) {
  const { clean: words } = useWords()
  const [shown, setShown] = useState(AT_A_TIME)
  const sizes = useSizes()
  const single = findings.filter(({ photos: ids, isStyle }) => ids.length === 1 && !isStyle)
  const all = single.flatMap(({ photos: ids }) => ids)
  const isForAll = all.length > 1 && single.length === findings.length && !classChecks.has(findings[0].check)
  const ids = findings.flatMap(finding => finding.photos)
  return (
    <section className="findings" aria-label={title}>
      <h1>{title}</h1>
      <p className="muted">{advice}</p>
      {isForAll && (
        <Button className="button" onPress={() => acts.reject(all)}>
          <Icon name="trash" /> {words.setAllAside(all.length)}
        </Button>
      )}
      <ul className="finding-cards">
        {findings.slice(0, shown).map(finding => (
          <li key={`${finding.check} ${finding.photos.join(' ') || finding.message}`}>
            <Card
              finding={finding}
              photos={photos}
              sizes={sizes}
              classes={classes}
              acts={acts}
              look={id => look(id, ids)}
            />
          </li>
        ))}
      </ul>
      {shown < findings.length && (
        <Button className="button" onPress={() => setShown(shown + AT_A_TIME)}>
          {words.more}
        </Button>
      )}
    </section>
  )
}

interface CardProps {
  readonly finding: FindingAnswer
  readonly photos: ReadonlyMap<string, Photo>
  readonly sizes: Sizes
  readonly classes: readonly string[]
  readonly acts: FindingActs
  readonly look: (id: string) => void
}

function Card({ finding, photos, sizes, classes, acts, look }: CardProps) {
  const { clean: words } = useWords()
  const { check, photos: ids, isStyle } = finding
  const own = ids.flatMap(id => photos.get(id) ?? [])
  const isGroup = own.length > 1
  return (
    <article className={`card finding${isGroup ? ' group' : ''}`}>
      {copies.has(check) && isGroup && <h2>{words.which}</h2>}
      <div className="finding-photos" hidden={own.length === 0}>
        {own.slice(0, MOST_PHOTOS).map(photo => (
          <figure key={photo.id}>
            <button type="button" className="plain" onClick={() => look(photo.id)}>
              <Thumb
                id={photo.id}
                version={photo.version}
                size={320}
                alt={words.tile(photo.name, photo.label, '')}
              />
            </button>
            <figcaption>
              <span className="finding-name">{photo.name}</span>
              <span className="muted">
                {[photo.label, photo.part, sizeText(sizes.get(photo.id))].filter(Boolean).join(' · ')}
              </span>
              {isGroup && !isStyle && (
                <Button
                  className="button"
                  aria-label={`${words.setThisAside}: ${photo.name}`}
                  onPress={() => acts.reject([photo.id])}
                >
                  {words.setThisAside}
                </Button>
              )}
            </figcaption>
          </figure>
        ))}
      </div>
      <FindingText finding={finding} />
      {/* What is said of a whole class has no photo to act on. */}
      {!isStyle && ids.length > 0 && (
        <div className="finding-acts">
          {classChecks.has(check) &&
            !isGroup &&
            classes
              .filter(name => name !== own[0]?.label)
              .slice(0, MOST_PHOTOS)
              .map(name => (
                <Button key={name} className="button" onPress={() => acts.relabel(ids, name)}>
                  {words.itIs(name)}
                </Button>
              ))}
          {!isGroup && (
            <Button className="button" onPress={() => acts.reject(ids)}>
              <Icon name="trash" /> {words.reject}
            </Button>
          )}
          {copies.has(check) && isGroup ? (
            <Button className="button" onPress={() => acts.apart(ids)}>
              {check === 'exact-copies' ? words.keepBoth : words.apart}
            </Button>
          ) : (
            <Button className="button" onPress={() => acts.keep(ids)}>
              <Icon name="check" /> {isGroup ? words.allRight : words.keep}
            </Button>
          )}
        </div>
      )}
    </article>
  )
}

function sizeText(size: { readonly width: number; readonly height: number } | undefined): string {
  return size === undefined ? '' : `${size.width} × ${size.height}`
}
