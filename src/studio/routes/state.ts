import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { emptyClasses } from '../../actions/empty-class.js'
import { photosSoFar } from '../../actions/intake.js'
import { journalledFolder } from '../../actions/undo.js'
import { ChiquitoError, version } from '../../core/index.js'
import type { ListedPhotos } from '../../dataset/index.js'
import { filesSetAside, hasJournal, InnerFolder, nextSteps } from '../../files/index.js'
import type { StateAnswer } from '../api/state.js'
import { json } from '../http/index.js'
import { shelfOf } from '../photos/index.js'
import type { Studio, StudioApp } from '../studio.js'
import { keptWhile, namesIn } from '../watching/index.js'
import type { Workspace } from '../workspace.js'

export function stateRoutes(app: StudioApp, studio: Studio): void {
  const photos = keptWhile(namesIn(studio), () => photosIn(studio.workspace, shelfOf(studio).names))
  app.get('/api/state', async () => json(await stateOf(studio, await photos())))
}

async function stateOf({ workspace, jobs }: Studio, { root, ...listed }: ListedState): Promise<StateAnswer> {
  const { name, dir, photos, isInPlace } = workspace
  const all = jobs.list()
  const count = (state: string) => all.filter(job => job.state === state).length
  return {
    version: version(),
    workspace: { name, dir, photos, isInPlace },
    ...listed,
    rejected: await rejectedIn(root),
    jobs: { running: count('running'), waiting: count('waiting') },
    newestRun: await newestRun(workspace.runs),
    ...(await nextSteps(root).catch(() => ({ undo: null, redo: null }))),
  }
}

interface ListedState extends Pick<StateAnswer, 'classes' | 'photos' | 'problem'> {
  /** Where the journal of the photos lies. */
  readonly root: string
}

async function photosIn(
  { photos: data, isInPlace }: Workspace,
  names: () => Promise<ListedPhotos>,
): Promise<ListedState> {
  const counts = new Map<string, number>()
  let root = data
  try {
    const listed = await photosSoFar(data, names)
    root = listed.files.length > 0 ? listed.root : await journalledFolder(data).catch(() => data)
    for (const { label } of listed.files) counts.set(label, (counts.get(label) ?? 0) + 1)
    // In a folder of one's own there may be others that are none.
    for (const { label, others } of await emptyClasses(listed))
      if (!isInPlace || others.length === 0) counts.set(label, 0)
  } catch (error) {
    if (!(error instanceof ChiquitoError)) throw error
    return { classes: [], photos: 0, problem: error.message, root }
  }
  const classes = [...counts].map(([label, photos]) => ({ label, photos }))
  return {
    classes: classes.sort((a, b) => (a.label < b.label ? -1 : 1)),
    photos: classes.reduce((sum, one) => sum + one.photos, 0),
    problem: null,
    root,
  }
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
