import path from 'node:path'
import { exportSchema, makeAppSchema } from '../../api/ship.js'
import { modelMark, runNameSchema } from '../../runs/index.js'
import { kind } from './kind.js'

const ofRun = { run: runNameSchema }

/** The page of a run's model, into the folder of apps. */
export const appKind = kind({
  isHeavy: true,
  changes: ['runs'],
  options: makeAppSchema.extend(ofRun),
  title: ({ run }) => run,
  load: async () => {
    const { makeApp } = await import('../../../actions/app.js')
    const { keepAppRecord } = await import('../../ship/index.js')
    return async ({ run, ...words }, places, work) => {
      const [model, out] = [path.join(places.runs, run), path.join(places.apps, run)]
      const mark = (await modelMark(model)) ?? ''
      const { title, download, notes } = await makeApp({ ...words, ...work, model, out })
      await keepAppRecord(run, places, { title, bytes: download.compressed, model: mark })
      return { run, out, title, bytes: download.compressed, notes }
    }
  },
})

/** A run's model in another form, beside the apps. */
export const exportKind = kind({
  isHeavy: true,
  changes: [],
  options: exportSchema.extend(ofRun),
  title: ({ run }) => run,
  load: async () => {
    const { exportModel } = await import('../../../actions/export.js')
    return async ({ run, to, precision }, places, work) => {
      const form = precision ?? to
      const folder = path.join(places.apps, '..', 'exports')
      const out = path.join(folder, to === 'huggingface' ? `${run}-${form}` : `${run}-${form}.onnx`)
      const model = path.join(places.runs, run)
      const made = await exportModel({ ...work, model, to, precision, out, overwrite: true })
      return { run, out: made.out, changed: made.beside?.changed.length ?? 0, notes: made.notes }
    }
  },
})
