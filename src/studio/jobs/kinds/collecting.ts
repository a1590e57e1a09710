import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { type CollectOptions, type CollectResult, collect } from '../../../actions/collect.js'
import { collectLfw } from '../../../actions/collect-lfw.js'
import { classFolder } from '../../../actions/intake.js'
import { ChiquitoError } from '../../../core/index.js'
import { makeFolder, writeFileAtomic } from '../../../files/index.js'
import type { AddressesJobOptions, CollectJobOptions, LfwJobOptions } from '../../api/gathering.js'
import type { Workspace } from '../../workspace.js'
import type { JobResult, JobWork } from './kind.js'

type Places = Pick<Workspace, 'photos' | 'home'>

/**
 * Where sources have servers of one's own: `CHIQUITO_SOURCES=openverse=https://mirror.example.org,…`. Who starts the studio says so,
 * never a page.
 */
function addressedSources(names: readonly string[] | undefined): readonly string[] | undefined {
  const own = new Map(
    (process.env.CHIQUITO_SOURCES ?? '')
      .split(',')
      .filter(text => text.includes('='))
      .map(text => [text.slice(0, text.indexOf('=')), text]),
  )
  if (own.size === 0) return names
  return (names ?? [...own.keys()]).map(name => own.get(name) ?? name)
}

/** Photos for words, into a class. */
export async function collectJob(
  { words, label, sources, ...asked }: CollectJobOptions,
  { photos }: Places,
  work: JobWork,
): Promise<JobResult> {
  const out = await classFolder(photos, label)
  return into(label, { ...asked, keywords: [words], sources: addressedSources(sources), out }, work)
}

/** Photos of a list of addresses, into a class; only public ones are fetched. */
export async function addressesJob(
  { label, addresses }: AddressesJobOptions,
  { photos, home }: Places,
  work: JobWork,
): Promise<JobResult> {
  const text = `${addresses.map(address => address.replace(/[\r\n]+/g, ' ').trim()).join('\n')}\n`
  const folder = join(home, 'lists')
  await makeFolder(folder)
  // The same list is the same request, which goes on where it was stopped.
  const list = join(folder, `${createHash('sha256').update(text).digest('hex').slice(0, 16)}.txt`)
  await writeFileAtomic(list, text)
  const out = await classFolder(photos, label)
  return into(label, { keywords: [label], sources: [`urls=${list}`], limit: addresses.length, out }, work)
}

/** Strangers for a class of "neither". */
export async function lfwJob(
  { label, people, exclude }: LfwJobOptions,
  { photos }: Places,
  { isResumed, ...work }: JobWork,
): Promise<JobResult> {
  const out = await classFolder(photos, label)
  // Kept where the archive was fetched once: CHIQUITO_LFW names its file.
  const result = await collectLfw({ ...work, out, people, exclude, archive: process.env.CHIQUITO_LFW })
  return { label, photos: result.photos, refused: [], failures: [] }
}

async function into(label: string, options: CollectOptions, work: JobWork): Promise<JobResult> {
  const { classes, refused, failures, licences } = await collectOrGoOn(options, work)
  const brought = classes.reduce((sum, one) => sum + one.photos, 0)
  return { label, photos: brought, refused, failures, licences }
}

/** What was collected into the folder earlier is added to; what was cut off goes on. */
async function collectOrGoOn(
  options: CollectOptions,
  { isResumed, ...work }: JobWork,
): Promise<CollectResult> {
  if (!isResumed) return collect({ ...options, ...work, add: true })
  try {
    return await collect({ ...options, ...work })
  } catch (error) {
    // It was cut off before it had begun.
    if (!(error instanceof ChiquitoError) || error.code !== 'usage') throw error
    return collect({ ...options, ...work, add: true })
  }
}
