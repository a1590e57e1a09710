import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isWithoutPhotos } from '../../actions/intake.js'
import { ChiquitoError, version } from '../../core/index.js'
import { classNameProblem, listPhotos } from '../../dataset/index.js'
import { filesSetAside, hasJournal, InnerFolder, nextSteps } from '../../files/index.js'
import type { StateAnswer } from '../api/state.js'
import { json } from '../http/index.js'
import type { Studio, StudioApp } from '../studio.js'
import type { Workspace } from '../workspace.js'

export function stateRoutes(app: StudioApp, studio: Studio): void {
  app.get('/api/state', async () => json(await stateOf(studio)))
}

async function stateOf({ workspace, jobs }: Studio): Promise<StateAnswer> {
  const { name, dir, photos, isInPlace } = workspace
  const all = jobs.list()
  const count = (state: string) => all.filter(job => job.state === state).length
  return {
    version: version(),
    workspace: { name, dir, photos, isInPlace },
    ...(await photosIn(workspace)),
    rejected: await rejectedIn(photos),
    jobs: { running: count('running'), waiting: count('waiting') },
    newestRun: await newestRun(workspace.runs),
    ...(await nextSteps(photos).catch(() => ({ undo: null, redo: null }))),
  }
}

async function photosIn(workspace: Workspace): Promise<Pick<StateAnswer, 'classes' | 'photos' | 'problem'>> {
  let problem: string | null = null
  const counts = new Map<string, number>()
  let homes: readonly (string | undefined)[] = []
  try {
    const listed = await listPhotos(workspace.photos)
    homes = listed.homes.map(({ folder }) => folder)
    for (const { label } of listed.files) counts.set(label, (counts.get(label) ?? 0) + 1)
  } catch (error) {
    if (!(error instanceof ChiquitoError)) throw error
    problem = isWithoutPhotos(error) ? null : error.message
  }
  if (problem === null)
    for (const label of await emptyClasses(workspace, homes)) if (!counts.has(label)) counts.set(label, 0)
  const classes = [...counts].map(([label, photos]) => ({ label, photos }))
  return {
    classes: classes.sort((a, b) => (a.label < b.label ? -1 : 1)),
    photos: classes.reduce((sum, one) => sum + one.photos, 0),
    problem,
  }
}

/** Classes that were made and wait for photos: folders beside those of the others. */
async function emptyClasses(
  { photos, isInPlace }: Workspace,
  homes: readonly (string | undefined)[],
): Promise<string[]> {
  const isDivided = homes.some(home => home?.includes('/'))
  if (isInPlace || isDivided) return []
  const entries = await readdir(photos, { withFileTypes: true }).catch(() => [])
  return entries.flatMap(entry =>
    entry.isDirectory() && classNameProblem(entry.name) === undefined ? [entry.name.normalize('NFC')] : [],
  )
}

async function rejectedIn(photos: string): Promise<number> {
  return (await hasJournal(photos).catch(() => false))
    ? (await filesSetAside(await InnerFolder.open(photos))).length
    : 0
}

async function newestRun(runs: string): Promise<string | null> {
  let newest: { readonly name: string; readonly at: number } | undefined
  for (const name of await readdir(runs).catch(() => [])) {
    const model = await stat(join(runs, name, 'model.onnx')).catch(() => undefined)
    if (model !== undefined && model.mtimeMs > (newest?.at ?? 0)) newest = { name, at: model.mtimeMs }
  }
  return newest?.name ?? null
}
