import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ChiquitoError, version } from '../../core/index.js'
import { listPhotos } from '../../dataset/index.js'
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
  const counts = new Map((await emptyClasses(workspace)).map(label => [label, 0]))
  let problem: string | null = null
  try {
    const { files } = await listPhotos(workspace.photos)
    for (const { label } of files) counts.set(label, (counts.get(label) ?? 0) + 1)
  } catch (error) {
    if (!(error instanceof ChiquitoError)) throw error
    const isEmpty = error.message.startsWith('There is no photo') || error.code === 'io'
    problem = isEmpty ? null : error.message
  }
  const classes = [...counts].map(([label, photos]) => ({ label, photos }))
  return {
    classes: classes.sort((a, b) => (a.label < b.label ? -1 : 1)),
    photos: classes.reduce((sum, one) => sum + one.photos, 0),
    problem,
  }
}

/** Classes that were made and wait for photos. */
async function emptyClasses({ photos, isInPlace }: Workspace): Promise<string[]> {
  if (isInPlace) return []
  const entries = await readdir(photos, { withFileTypes: true }).catch(() => [])
  return entries.filter(entry => entry.isDirectory() && !entry.name.startsWith('.')).map(entry => entry.name)
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
