import { useMemo } from 'react'
import type { PhotosAnswer } from '../../../src/studio/api/photos.js'
import { setParams, useRoute } from '../../shell/route.js'
import { useWords } from '../../words/index.js'
import { Aside } from './aside.js'
import { useFindings, useLikeness, useOpinions } from './data.js'
import { Doctor } from './doctor.js'
import { Facets, filterOf, paramsOf } from './facets.js'
import { FindingsView } from './findings-view.js'
import { PhotosView } from './photos-view.js'
import { useActs } from './use-acts.js'
import { classesOf, type Found, groupsOf, isDoubted, type Photo, type Sort, shownOf, sorts } from './view.js'

interface WorkbenchProps {
  readonly answer: PhotosAnswer
  readonly photos: readonly Photo[]
}

/** What can be looked at, and what is. */
export function Workbench({ answer, photos }: WorkbenchProps) {
  const { clean: words } = useWords()
  const { params } = useRoute()
  const address = params.toString()
  const filter = useMemo(() => filterOf(new URLSearchParams(address)), [address])
  const sort: Sort = sorts.find(one => one === params.get('sort')) ?? 'name'
  const opinions = useOpinions(photos)
  const { data: likeness } = useLikeness(sort === 'likeness')
  const findings = useCurrentFindings(photos, words.checks)
  const classes = useMemo(() => classesOf(answer.labels, photos), [answer, photos])
  const names = useMemo(() => classes.map(({ name }) => name), [classes])
  const shown = useMemo(
    () => shownOf(photos, filter, sort, { opinions, likeness: likeness?.ids }),
    [photos, filter, sort, opinions, likeness],
  )
  const doubts = useMemo(() => {
    const count = (what: 'disagrees' | 'unsure') =>
      photos.filter(photo => isDoubted(photo, opinions.get(photo.id), what)).length
    return opinions.size > 0 ? { disagrees: count('disagrees'), unsure: count('unsure') } : undefined
  }, [photos, opinions])
  const acts = useActs()
  const check = findings.checks.find(({ name }) => filter.kind === 'finding' && filter.name === name)
  const group = findings.groups.find(({ name }) => name === check?.name)
  const titles = {
    all: words.all,
    model: words.model,
    aside: words.aside,
    finding: check?.title ?? '',
  }
  return (
    <div className="clean">
      <h1 className="unseen">{words.heading}</h1>
      <Facets
        filter={filter}
        count={photos.length}
        classes={classes}
        groups={findings.groups.map(({ name, findings: own }) => ({
          name,
          title: findings.checks.find(one => one.name === name)?.title ?? name,
          count: own.length,
        }))}
        doubts={doubts}
        aside={answer.rejected.length}
      >
        {findings.isAsked && <Doctor looked={findings.looked} hasFindings={findings.groups.length > 0} />}
      </Facets>
      <div className={`clean-main clean-${filter.kind}`}>
        {filter.kind === 'aside' && <Aside rejected={answer.rejected} restore={acts.restore} />}
        {filter.kind === 'finding' && (
          <FindingsView
            key={filter.name}
            title={titles.finding}
            advice={check?.advice ?? ''}
            findings={group?.findings ?? []}
            photos={findings.byId}
            classes={names}
            opinions={opinions}
            acts={acts}
          />
        )}
        {filter.kind !== 'aside' && filter.kind !== 'finding' && (
          <PhotosView
            key={address}
            title={filter.kind === 'class' ? filter.name : titles[filter.kind]}
            photos={shown}
            classes={names}
            opinions={opinions}
            found={findings.found}
            sort={sort}
            setSort={next => setParams({ ...paramsOf(filter), ...(next === 'name' ? {} : { sort: next }) })}
            hint={
              sort === 'likeness' && likeness !== undefined
                ? words.likenessBy(likeness.known, likeness.ids.length)
                : undefined
            }
            acts={acts}
          />
        )}
      </div>
    </div>
  )
}

/** What checks are called, and what to do about what they find. */
type CheckWords = Readonly<Record<string, { readonly title: string; readonly advice: string }>>

/** What the doctor found of photos that are still there, by check and by photo. */
function useCurrentFindings(photos: readonly Photo[], spoken: CheckWords) {
  const { data } = useFindings()
  return useMemo(() => {
    const looked = data?.looked ?? undefined
    const byId = new Map(photos.map(photo => [photo.id, photo]))
    const there = (looked?.findings ?? []).filter(finding => finding.photos.every(id => byId.has(id)))
    // A check that this page does not know yet is told as the server tells it.
    const checks = (looked?.checks ?? []).map(check => ({ ...check, ...spoken[check.name] }))
    const titles = new Map(checks.map(({ name, title }) => [name, title]))
    const found = new Map<string, Found[]>()
    for (const { check, photos: ids, message, said, isStyle } of there)
      for (const id of isStyle ? [] : ids)
        found.set(id, [...(found.get(id) ?? []), { title: titles.get(check) ?? check, message, said }])
    return { isAsked: data !== undefined, looked, byId, checks, groups: groupsOf(there, checks), found }
  }, [data, photos, spoken])
}
