import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { ChiquitoError } from '../../core/index.js'
import { sha256Schema, textIfThere } from '../../files/index.js'
import { sha256Of } from '../../images/index.js'
import { type JobKind, jobKind } from '../../jobs/index.js'
import { readManifest } from '../../splitting/index.js'
import { settingsSchema } from '../resume.js'
import { trainRun } from '../train-run.js'
import { LocalFiles } from './local-files.js'
import { packFiles } from './packed-files.js'

const askedSchema = z.strictObject({
  /** The table that says which photos are learnt from and which are measured on, with what each holds. */
  manifest: z.string(),
  /** Name of the fold. */
  name: z.string().regex(/^[a-z0-9-]{1,100}$/i),
  /** Of the file of the network's weights. */
  backbone: z.string(),
  seed: z.int().nonnegative(),
  settings: z.record(z.string(), z.json()),
})

const placeSchema = z.strictObject({
  /** The folder of the photos. */
  data: z.string(),
  /** Tables in it, which may say the photos' classes, for machines that do not see the folder. */
  tables: z.array(z.strictObject({ path: z.string(), sha256: sha256Schema })).optional(),
})

export type AskedFold = z.infer<typeof askedSchema>
export type PlaceOfFold = z.infer<typeof placeSchema>

/** What stands in the place of the folder of the run in its files, until it has one. */
export const RUN_PLACE = 'run-of-this-fold'

/** The files of a fold's run that are texts, and those that are not. */
export const foldTexts = [
  'metrics.json',
  'report.html',
  'MODEL_CARD.md',
  'split.json',
  'log.jsonl',
  'run.json',
] as const
export const foldFiles: readonly string[] = ['model.onnx', ...foldTexts]

/** The whole run of one fold of a cross-validation, trained in a temporary folder. Its times are those of whoever trained it. */
export function foldKind(): JobKind {
  const local = new LocalFiles()
  return jobKind<AskedFold, PlaceOfFold>({
    name: 'fold',
    revision: 1,
    asked: askedSchema,
    place: placeSchema,
    async perform(asked, { data, tables = [] }, { store, threads, progress, signal }) {
      const { manifest, name, seed, settings } = asked
      const checked = settingsSchema.safeParse(settings)
      if (!checked.success)
        throw new ChiquitoError(
          'usage',
          'The settings of a fold cannot be understood. Asker and worker must be of one version.',
        )
      const folder = await mkdtemp(path.join(tmpdir(), 'chiquito-fold-'))
      try {
        const table = path.join(folder, `${name}.csv`)
        const out = path.join(folder, name)
        await writeFile(table, manifest)
        const { contents = [] } = await readManifest(table)
        const photos = [...contents.map(([path, sha256]) => ({ path, sha256 })), ...tables]
        return await local.withTree(
          store,
          sha256Of(Buffer.from(manifest)),
          { root: data, photos },
          async root => {
            await trainRun({
              ...checked.data,
              ...{ data: root, out, manifest: table, seed, threads, progress, signal, isForFigures: true },
            })
            return packFiles(await filesOf(folder, out, { from: root, to: data }))
          },
        )
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
    close: () => local.close(),
  })
}

/** @param data - where the photos were read, and where whoever asked has them */
async function filesOf(
  folder: string,
  out: string,
  data: { readonly from: string; readonly to: string },
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>([['model.onnx', await readFile(path.join(out, 'model.onnx'))]])
  for (const name of foldTexts) {
    const text = await textIfThere(path.join(out, name))
    if (text !== '') files.set(name, Buffer.from(moved(moved(text, folder, RUN_PLACE), data.from, data.to)))
  }
  return files
}

/** A text in which a folder is called otherwise, also where it stands in JSON. */
export function moved(text: string, from: string, to: string): string {
  const inJson = (place: string) => JSON.stringify(place).slice(1, -1)
  return text.replaceAll(inJson(from), inJson(to)).replaceAll(from, to)
}
