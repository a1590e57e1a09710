import { useState } from 'react'
import type { FindingAnswer } from '../../../src/studio/api/findings.js'
import { EmptyState } from '../../parts/empty-state.js'
import { hrefOf } from '../../shell/route.js'
import { useWords } from '../../words/index.js'
import { Closer } from './closer.js'
import { Findings } from './findings.js'
import type { Acts } from './use-acts.js'
import type { Opinion, Photo } from './view.js'

interface FindingsViewProps {
  readonly title: string
  readonly advice: string
  readonly findings: readonly FindingAnswer[]
  readonly photos: ReadonlyMap<string, Photo>
  readonly classes: readonly string[]
  readonly opinions: ReadonlyMap<string, Opinion>
  readonly acts: Acts
}

/** What one check found, and one of its photos large. */
export function FindingsView({
  title,
  advice,
  findings,
  photos,
  classes,
  opinions,
  acts,
}: FindingsViewProps) {
  const { clean: words } = useWords()
  const [open, setOpen] = useState<number>()
  const ids = [...new Set(findings.flatMap(finding => finding.photos))]
  const here = open === undefined ? undefined : photos.get(ids[Math.min(open, ids.length - 1)] ?? '')
  if (findings.length === 0)
    return (
      <EmptyState title={words.nothing} hint={words.nothingHint}>
        <a className="button" href={hrefOf('clean')}>
          {words.showAll}
        </a>
      </EmptyState>
    )
  return (
    <>
      <Findings
        title={title}
        advice={advice}
        findings={findings}
        photos={photos}
        classes={classes}
        acts={acts}
        look={id => setOpen(ids.indexOf(id))}
      />
      {open !== undefined && here !== undefined && (
        <Closer
          photo={here}
          at={Math.min(open, ids.length - 1)}
          count={ids.length}
          next={photos.get(ids[open + 1] ?? '')}
          classes={classes}
          opinion={opinions.get(here.id)}
          found={findings
            .filter(finding => finding.photos.includes(here.id))
            .map(finding => ({ ...finding, title }))}
          step={by => setOpen(Math.max(0, Math.min(ids.length - 1, open + by)))}
          acts={acts}
          close={() => setOpen(undefined)}
        />
      )}
    </>
  )
}
