import { editPhotosFor, finishEdits } from '../../actions/edit-photos.js'
import { redoFor } from '../../actions/redo.js'
import { listOperations, undoFor } from '../../actions/undo.js'
import { hasJournal } from '../../files/index.js'
import {
  type EditAnswer,
  type EditRequest,
  editSchema,
  type HistoryAnswer,
  type StepAnswer,
} from '../api/edits.js'
import { askedJson, json } from '../http/index.js'
import { photoId } from '../photo-id.js'
import { type Shelf, shelfOf } from '../photos/index.js'
import type { Studio, StudioApp } from '../studio.js'

const BY = 'studio'

/** What a person decides of photos, and the way back: each answer comes once it is on the disk. */
export function editsRoutes(app: StudioApp, studio: Studio): void {
  const { photos: data } = studio.workspace
  const shelf = shelfOf(studio)
  // What a kill cut off is finished before anybody looks.
  void shelf
    .inTurn(async () => (await hasJournal(data).catch(() => false)) && finishEdits(data, BY))
    .catch(error => studio.notice(String(error.message)))
  app.post('/api/edits', async c => {
    const asked = await askedJson(c, editSchema)
    return json(await shelf.inTurn(() => edit(asked, data, shelf)))
  })
  app.post('/api/undo', async () =>
    json(await shelf.inTurn(async () => stepAnswer(await undoFor(BY, { data })))),
  )
  app.post('/api/redo', async () =>
    json(await shelf.inTurn(async () => stepAnswer(await redoFor(BY, { data })))),
  )
  app.get('/api/history', async () => json(await historyOf(data)))
}

async function edit({ kind, photos: ids, to }: EditRequest, data: string, shelf: Shelf): Promise<EditAnswer> {
  const photos = await shelf.find(ids)
  const { operation, moved, left, notices } = await editPhotosFor(BY, { data, edit: kind, photos, to })
  return {
    operation,
    moved: moved.map(({ from, to }) => ({ from: photoId(from), to: photoId(to) })),
    left: left.map(({ photo, reason }) => ({ id: photoId(photo), path: photo, reason })),
    notices,
  }
}

function stepAnswer({ operations, changes, left }: Awaited<ReturnType<typeof redoFor>>): StepAnswer {
  return {
    name: operations.length === 0 ? null : operations.map(({ name }) => name).join(', '),
    changes,
    left: left.map(({ path, reason }) => ({ path, reason })),
  }
}

async function historyOf(data: string): Promise<HistoryAnswer> {
  if (!(await hasJournal(data).catch(() => false))) return { operations: [] }
  const operations = await listOperations(data)
  return {
    operations: operations
      .map(({ id, name, at, acts, undone, again }) => ({
        id,
        name: again ?? name,
        at,
        changes: acts,
        undone,
      }))
      .reverse(),
  }
}
