import { Button } from 'react-aria-components'
import type { Job, JobKind } from '../../../src/studio/api/jobs.js'
import { useSteerJob } from '../../api/queries.js'
import { ErrorNote } from '../../parts/error-note.js'
import { ErrorText, Machine } from '../../parts/error-text.js'
import { Icon } from '../../parts/icon.js'
import { JobProgress } from '../../parts/job-progress.js'
import { PhotoTile } from '../../parts/photo-tile.js'
import type { Words } from '../../words/en.js'
import { useLanguage, useWords } from '../../words/index.js'
import { problemIn } from '../../words/problems.js'
import { useLastPhotos } from './photos.js'

type Titles = Words['gather']['jobs']['titles']

const gatheringKinds: readonly JobKind[] = ['collect', 'addresses', 'lfw', 'archive', 'demo-data']

/** Jobs that bring photos. */
export function isGathering({ kind }: Job): boolean {
  return gatheringKinds.includes(kind)
}

/** What is being gathered, with the photos as they arrive; what ended stays until it is dismissed. */
export function GatheringJobs({ jobs }: { readonly jobs: readonly Job[] }) {
  const { gather: words } = useWords()
  const shown = jobs.filter(job => isGathering(job) && isNews(job))
  if (shown.length === 0) return null
  return (
    <section aria-label={words.jobs.label} className="gathering">
      {shown.map(job => (
        <GatheringJob key={job.id} job={job} />
      ))}
    </section>
  )
}

/** When the page was loaded: jobs that had ended before are no news, unless they can go on. */
const opened = Date.now()

/** The demo data speak for themselves once they are there. */
function isNews({ kind, state, ended, canResume }: Job): boolean {
  if (kind === 'demo-data' && state === 'done') return false
  return ended === null || canResume || state === 'failed' || Date.parse(ended) > opened
}

function GatheringJob({ job }: { readonly job: Job }) {
  const { gather: words, shell } = useWords()
  const steer = useSteerJob()
  const last = useLastPhotos().get(job.title) ?? []
  const isUnderWay = job.state === 'running' || job.state === 'waiting'
  return (
    <article className={`gathering-job card job-${job.state}`}>
      <div className="job-head">
        <h2>{titleOf(job, words.jobs.titles)}</h2>
        <span className="muted">{shell.states[job.state]}</span>
      </div>
      {isUnderWay && <JobProgress job={job} />}
      {isUnderWay && last.length > 0 && (
        <div className="strip" aria-hidden="true">
          {last.map(({ id, version }) => (
            <PhotoTile key={id} id={id} version={version} alt="" />
          ))}
        </div>
      )}
      {job.error && (
        <p className="trouble">
          <ErrorText error={job.error} />
        </p>
      )}
      {steer.error && <ErrorNote error={steer.error} />}
      <Outcome job={job} />
      <div className="class-acts">
        {isUnderWay && (
          <Button className="button" onPress={() => steer.mutate({ id: job.id, act: 'stop' })}>
            <Icon name="pause" /> {words.jobs.stop}
          </Button>
        )}
        {job.canResume && !isUnderWay && (
          <Button className="button" onPress={() => steer.mutate({ id: job.id, act: 'resume' })}>
            <Icon name="play" /> {words.jobs.resume}
          </Button>
        )}
        {!isUnderWay && (
          <Button className="button" onPress={() => steer.mutate({ id: job.id, act: 'discard' })}>
            {words.jobs.dismiss}
          </Button>
        )}
      </div>
    </article>
  )
}

function titleOf({ kind, title }: Job, titles: Titles): string {
  switch (kind) {
    case 'collect':
    case 'addresses':
    case 'lfw':
    case 'archive':
      return titles[kind](title)
    default:
      return titles.demo
  }
}

/** What came of it, with the reasons of what was not taken. */
function Outcome({ job }: { readonly job: Job }) {
  const { gather: words } = useWords()
  const { language } = useLanguage()
  if (job.state !== 'done' || job.result === null) return null
  const { photos, copies, left, refused, failures } = resultOf(job.result)
  const count = refused.reduce((sum, one) => sum + one.count, 0)
  return (
    <div role="status">
      <p>{words.jobs.brought(photos)}</p>
      {copies > 0 && <p className="muted">{words.uploads.copies(copies)}</p>}
      {left > 0 && <p className="muted">{words.jobs.left(left)}</p>}
      {count > 0 && (
        <details>
          <summary>{words.jobs.refused(count)}</summary>
          <ul>
            {refused.map(({ what, name, code, count }) => (
              <li key={`${name} ${what}`}>
                {name ?? count}: {problemIn(language, code) ?? <Machine text={what} />}
              </li>
            ))}
          </ul>
        </details>
      )}
      {failures.map(({ source, message }) => (
        <p key={source} className="trouble">
          {source}: <Machine text={message} />
        </p>
      ))}
    </div>
  )
}

interface Result {
  readonly photos: number
  /** Photos that were there already. */
  readonly copies: number
  /** Files of an archive that are no photos. */
  readonly left: number
  readonly refused: readonly {
    readonly what: string
    readonly count: number
    /** Of a single photo. */
    readonly name?: string
    /** What it was, in a word. */
    readonly code?: string
  }[]
  readonly failures: readonly { readonly source: string; readonly message: string }[]
}

/** What a job of ours gave back, of whatever release. */
function resultOf(result: Readonly<Record<string, unknown>>): Result {
  return {
    photos: numberOf(result.photos),
    copies: numberOf(result.copies),
    left: numberOf(result.left),
    refused: listOf(result.refused).flatMap(one => {
      const { what, count, name, reason, problem } = one
      if (typeof what === 'string' && typeof count === 'number')
        return { what, count, ...(typeof reason === 'string' && { code: reason }) }
      if (typeof reason !== 'string') return []
      return {
        what: reason,
        name: String(name),
        count: 1,
        ...(typeof problem === 'string' && { code: problem }),
      }
    }),
    failures: listOf(result.failures).map(one => ({
      source: String(one.source),
      message: String(one.message),
    })),
  }
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

function listOf(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(one => typeof one === 'object' && one !== null) : []
}
