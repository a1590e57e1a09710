import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Job } from '../src/studio/api/jobs.js'
import { Jobs, type JobsOptions } from '../src/studio/jobs/index.js'
import type { Places } from '../src/studio/runs/index.js'
import { suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawings } from './support/photos.js'
import { LEARNING, standstillAt } from './support/standstill.js'

const folder = suiteFolder()
const program = path.resolve('dist/program/job-process.js')
const quick = { size: 96, fineTune: 'never' }
const opened: Jobs[] = []
/** Trainings have most of their work ahead there. */
const learning = standstillAt(path.join(folder, 'halt'), LEARNING)
let photos: Record<string, Buffer>

beforeAll(async () => {
  photos = { ...(await drawings('ball', 'ball', 12)), ...(await drawings('wave', 'wave', 12)) }
  for (const [name, value] of Object.entries(learning.env)) vi.stubEnv(name, value)
})

afterEach(async () => {
  learning.goOn()
  for (const jobs of opened.splice(0)) await jobs.close()
})

/** A workspace of its own with drawings in it. */
async function workspace(name: string): Promise<Places> {
  const dir = path.join(folder, name)
  const places = {
    dir,
    photos: path.join(dir, 'photos'),
    runs: path.join(dir, 'runs'),
    apps: path.join(dir, 'apps'),
    home: path.join(dir, '.chiquito'),
  }
  writeTree(photos, places.photos)
  return places
}

async function open(places: Places, options: JobsOptions = { program }): Promise<Jobs> {
  const jobs = await Jobs.open(places, options)
  opened.push(jobs)
  return jobs
}

/** The job, once it is as wanted. */
function until(jobs: Jobs, id: string, isWanted: (job: Job) => boolean): Promise<Job> {
  return new Promise(resolve => {
    const hear = (job: Job) => {
      if (job.id !== id || !isWanted(job)) return
      stop()
      resolve(job)
    }
    const stop = jobs.onChange(hear)
    const now = jobs.get(id)
    if (now) hear(now)
  })
}

const isOver = ({ state }: Job) => !['waiting', 'running'].includes(state)
const hasBegunToLearn = (job: Job) => job.progress.some(({ task }) => task === 'cross-validation')

/** What a run came to, but for how long it took. */
function figuresOf({ runs }: Places, name: string) {
  const metrics = JSON.parse(readFileSync(path.join(runs, name, 'metrics.json'), 'utf8'))
  const { accuracy, interval, confusion, calibration, evaluation, choice, photos } = metrics
  return { accuracy, interval, confusion, calibration, evaluation, choice, photos }
}

describe('a job', () => {
  it('is none where the disk refuses its record, and does not wait for ever', async () => {
    const places = await workspace('full')
    const jobs = await open(places)
    const at = path.join(places.home, 'jobs')
    renameSync(at, `${at}-away`)
    writeFileSync(at, 'in the way')
    await expect(jobs.start('doctor', {})).rejects.toThrow(/Cannot/)
    expect(jobs.list()).toEqual([])
    rmSync(at)
    renameSync(`${at}-away`, at)
    const { id } = await jobs.start('doctor', {})
    await until(jobs, id, ({ state }) => state === 'done')
    expect(jobs.list().map(job => job.id)).toEqual([id])
  })

  it('tells how far it is, and what came of it; the next heavy one waits', async () => {
    const places = await workspace('two')
    const jobs = await open(places)
    const told: Job[] = []
    jobs.onChange(job => told.push(job))
    learning.halt()
    const first = await jobs.start('train', { ...quick, name: 'mine' })
    const [second, third] = await Promise.all([jobs.start('train', quick), jobs.start('train', quick)])
    expect([first.title, second.title, second.state]).toEqual(['mine', 'run-1', 'waiting'])
    expect([third.title, third.state], 'asked at the same moment').toEqual(['run-2', 'waiting'])
    await expect(jobs.start('train', { ...quick, name: 'Run-2' })).rejects.toThrow(
      /a run called "Run-2" already/,
    )
    await jobs.stop(third.id)
    learning.goOn()
    const done = await until(jobs, first.id, isOver)
    expect(done).toMatchObject({ state: 'done', error: null, canResume: false, result: { run: 'mine' } })
    expect(done.result?.accuracy).toBeGreaterThan(0.5)
    expect(await until(jobs, second.id, isOver)).toMatchObject({ state: 'done' })
    const began = (id: string) => told.findIndex(job => job.id === id && job.state === 'running')
    expect(began(second.id)).toBeGreaterThan(
      told.findIndex(job => job.id === first.id && job.state === 'done'),
    )
    expect(told.some(({ secondsLeft }) => (secondsLeft ?? 0) > 0)).toBe(true)
    expect(done.progress.every(({ done, total }) => done === total)).toBe(true)
    // Both runs are alike; the model judged its photos one by one.
    expect(figuresOf(places, 'mine')).toEqual(figuresOf(places, 'run-1'))
    const compared = await jobs.start('compare', { a: 'mine', b: 'run-1' })
    expect(await until(jobs, compared.id, isOver)).toMatchObject({
      state: 'done',
      result: { better: 'neither' },
    })
    const more = await jobs.start('more-photos', {})
    expect(await until(jobs, more.id, isOver)).toMatchObject({ state: 'done', result: { curve: null } })
    await jobs.close()
    // What is over stays as it is.
    const states = (await open(places)).list().map(({ state }) => state)
    expect(states.toSorted()).toEqual([...Array(4).fill('done'), 'stopped'])
  })

  it('stops, goes on, and comes to the same; so it does after the studio was closed', async () => {
    const places = await workspace('stopped')
    const jobs = await open(places)
    const whole = await jobs.start('train', { ...quick, name: 'whole' })
    await until(jobs, whole.id, isOver)
    learning.halt()
    const { id } = await jobs.start('train', { ...quick, name: 'paused' })
    await until(jobs, id, hasBegunToLearn)
    const waiting = await jobs.start('evaluate', { run: 'whole' })
    await jobs.stop(waiting.id)
    await jobs.stop(id)
    learning.goOn()
    expect(await until(jobs, id, isOver)).toMatchObject({ state: 'stopped', canResume: true, error: null })
    expect(jobs.get(waiting.id)).toMatchObject({ state: 'stopped', canResume: true })
    learning.halt()
    await jobs.resume(id)
    await until(jobs, id, hasBegunToLearn)
    const closed = jobs.close()
    learning.goOn()
    await closed
    const again = await open(places)
    expect(again.get(id)).toMatchObject({ state: 'cut-off', canResume: true })
    await again.resume(id)
    expect(await until(again, id, isOver)).toMatchObject({ state: 'done' })
    expect(figuresOf(places, 'paused')).toEqual(figuresOf(places, 'whole'))
  })

  it('survives the kill of the studio, and of its own process', async () => {
    const places = await workspace('killed')
    learning.halt()
    const { id, process: child } = await killedStudio(places)
    learning.goOn()
    // Without the studio the process ends by itself, and lets go of the run.
    await expect.poll(() => isAlive(child)).toBe(false)
    const jobs = await open(places)
    expect(jobs.get(id)).toMatchObject({ state: 'cut-off', canResume: true, title: 'run-1' })
    learning.halt()
    await jobs.resume(id)
    await until(jobs, id, hasBegunToLearn)
    await expect.poll(() => processesOf(places, id)).toHaveLength(2)
    process.kill(processesOf(places, id)[1], 'SIGKILL')
    learning.goOn()
    const died = await until(jobs, id, isOver)
    expect(died).toMatchObject({ state: 'cut-off', canResume: true })
    expect(died.error?.message).toMatch(/ended unexpectedly \(SIGKILL.*go on with it/)
    await jobs.resume(id)
    expect(await until(jobs, id, isOver)).toMatchObject({ state: 'done', result: { run: 'run-1' } })
  })

  it('says why it failed', async () => {
    const places = await workspace('failing')
    writeTree({ 'letter.txt': 'dear' }, path.join(places.runs, 'other'))
    const jobs = await open(places)
    await expect(jobs.start('train', { name: 'other' })).rejects.toThrow('a run called "other" already')
    const { id } = await jobs.start('evaluate', { run: 'none' })
    expect(await until(jobs, id, isOver)).toMatchObject({
      state: 'failed',
      canResume: false,
      error: { code: 'usage', message: expect.stringContaining('does not exist') },
    })
    await expect(jobs.resume(id)).rejects.toThrow('nothing to go on with')
  })
})

describe('jobs', () => {
  it.each([
    [{ name: '../out' }, /name/],
    [{ name: '.hidden' }, /name/],
    [{ name: 'a/b' }, /name/],
    [{ data: '/etc' }, /data/],
    [{ out: '/tmp/x' }, /out/],
    [{ backbone: '/etc/passwd' }, /network/],
    [{ budget: -1 }, /budget/],
    ['text', /options/],
  ])('refuse %j', async (options, why) => {
    const jobs = await open(await workspace('refused'))
    await expect(jobs.start('train', options)).rejects.toThrow(why)
    expect(jobs.list()).toEqual([])
  })

  it('belong to one studio at a time', async () => {
    const places = await workspace('locked')
    await open(places)
    await expect(Jobs.open(places)).rejects.toThrow(/is using the studio of/)
  })

  it('read records as they find them', async () => {
    const places = await workspace('hostile')
    const folderOf = (id: string) => path.join(places.home, 'jobs', id)
    const record = (id: string, more: object) => {
      const job = {
        ...{ id, kind: 'train', title: '<img src=x onerror=alert(1)>', state: 'running' },
        ...{ started: '2026-01-01T00:00:00.000Z', ended: null, progress: [], secondsLeft: 5, perhaps: null },
        ...{ notices: [], error: null, result: null, canResume: false, ...more },
      }
      mkdirSync(folderOf(id), { recursive: true })
      const text = JSON.stringify({ format: 'chiquito-job', version: 1, job, options: { data: '/etc' } })
      writeFileSync(path.join(folderOf(id), 'job.json'), text)
    }
    record('20260101-000000-aaaaaa', {})
    record('20260101-000001-bbbbbb', { kind: 'format-disk' })
    record('20260101-000002-cccccc', { id: '20260101-000009-dddddd' })
    record('not-a-job', {})
    mkdirSync(folderOf('20260101-000003-eeeeee'))
    writeFileSync(path.join(folderOf('20260101-000003-eeeeee'), 'job.json'), '{"format":')
    symlinkSync(folderOf('20260101-000000-aaaaaa'), folderOf('20260101-000004-ffffff'))
    const jobs = await open(places)
    expect(jobs.list().map(({ id, state }) => [id, state])).toEqual([['20260101-000000-aaaaaa', 'cut-off']])
    expect(jobs.damaged.map(({ id }) => id.at(-1))).toEqual(['b', 'c', 'e'])
    // Options that no page could have given are refused when they are gone on with, too.
    await jobs.resume('20260101-000000-aaaaaa')
    const failed = await until(jobs, '20260101-000000-aaaaaa', isOver)
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'usage' } })
    expect(readdirSync(places.photos)).toEqual(['ball', 'wave'])
  })
})

/** A studio that is killed while it trains: the job, and the process that does the work. */
async function killedStudio(places: Places): Promise<{ id: string; process: number }> {
  const script = path.resolve('test/support/studio-jobs.mjs')
  const args = [script, JSON.stringify(places), 'train', JSON.stringify(quick)]
  const studio = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface(studio.stdout)) {
    const job: Job = JSON.parse(line)
    if (!hasBegunToLearn(job)) continue
    await expect.poll(() => processesOf(places, job.id)).toHaveLength(1)
    studio.kill('SIGKILL')
    return { id: job.id, process: processesOf(places, job.id)[0] }
  }
  throw new Error('the studio ended before its job began to learn')
}

/** Numbers of the processes that a job was given so far. */
function processesOf({ home }: Places, id: string): number[] {
  const log = readFileSync(path.join(home, 'jobs', id, 'events.jsonl'), 'utf8')
    .trim()
    .split('\n')
  const began = log.map(line => JSON.parse(line)).filter(({ event }) => event === 'began')
  return began.map(({ process }) => process)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/\) [ZX] [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
