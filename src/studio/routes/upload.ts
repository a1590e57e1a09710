import { rename } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { removeEmptyClass, renameEmptyClass } from '../../actions/empty-class.js'
import { classFolder, className, Intake } from '../../actions/intake.js'
import { makeFolder } from '../../files/index.js'
import {
  archiveSchema,
  classSchema,
  MAX_ARCHIVE_BYTES,
  MAX_PHOTO_BYTES,
  removeClassSchema,
  renameClassSchema,
  type UploadAnswer,
  uploadSchema,
} from '../api/upload.js'
import { receiveFile } from '../gather/index.js'
import { askedJson, askedQuery, json } from '../http/index.js'
import type { Studio, StudioApp } from '../studio.js'
import { archivesFolder } from '../workspace.js'

/** Photos told of together: pages ask for the list again after each telling. */
const TELL_MS = 500

/** Photos that come from a page, one a request, and archives of them. */
export function uploadRoutes(app: StudioApp, studio: Studio): void {
  const { workspace, jobs, changes } = studio
  const intake = new Intake(workspace.photos)
  const tellSoon = soon(() => changes.tell('photos'), TELL_MS)
  app.post('/api/upload', async c => {
    const { label, name } = askedQuery(c, uploadSchema)
    className(label)
    const file = await receiveFile(c, workspace, MAX_PHOTO_BYTES)
    const answer: UploadAnswer = await intake.take(file, { label, name })
    if (answer.outcome === 'added') tellSoon()
    return json(answer)
  })
  app.post('/api/classes', async c => {
    const { label } = await askedJson(c, classSchema)
    await makeFolder(await classFolder(workspace.photos, label))
    changes.tell('photos')
    return json({ label: className(label) }, 201)
  })
  app.post('/api/classes/remove', async c => {
    const { label } = await askedJson(c, removeClassSchema)
    await removeEmptyClass(workspace.photos, label)
    changes.tell('photos')
    return json({ label })
  })
  app.post('/api/classes/rename', async c => {
    const { label, to } = await askedJson(c, renameClassSchema)
    await renameEmptyClass(workspace.photos, label, to)
    changes.tell('photos')
    return json({ label: className(to) })
  })
  app.post('/api/archive', async c => {
    const { label, name } = askedQuery(c, archiveSchema)
    if (label !== undefined) className(label)
    const file = await receiveFile(c, workspace, MAX_ARCHIVE_BYTES)
    const folder = archivesFolder(workspace)
    await makeFolder(folder)
    await rename(file, join(folder, basename(file)))
    return json(
      await jobs.start('archive', {
        archive: basename(file),
        name,
        ...(label === undefined ? {} : { label }),
      }),
      201,
    )
  })
}

/** What does this once within so many milliseconds, however often it is called. */
function soon(act: () => void, ms: number): () => void {
  let isDue = false
  return () => {
    if (isDue) return
    isDue = true
    setTimeout(() => {
      isDue = false
      act()
    }, ms)
  }
}
