import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { grainPhotos } from '../support/grain-photos.js'
import { checkoutRoot, chiquito } from '../support/process.js'

/** A model as the product itself reads it, and the same model as a folder for pipelines. */
export interface HubModel {
  readonly name: string
  /** A model file, or the folder of a run. */
  readonly model: string
  readonly hub: string
}

/** Photos to learn from, of each class: whether answers are the same does not hang on how good they are. */
const few = 24
/** Photos of other things. */
const others = 24

const network = 'test/fixtures/networks/vit-dynamo.onnx'

/** What is said when runs are trained. */
const runs = {
  'head alone': ['--fine-tune', 'never'],
  'all layers': ['--fine-tune', 'always', '--epochs', '1'],
  'imported network': ['--fine-tune', 'never', '--size', '32', '--backbone', network],
  'photos of other things': ['--fine-tune', 'never', '--background', 'OTHERS'],
} as const

/** Which precisions are asked of which run; none is the folder that `export` writes where nothing is said. */
const precisions: Readonly<Record<keyof typeof runs, readonly (string | undefined)[]>> = {
  'head alone': [undefined, 'float16', 'int8'],
  'all layers': [undefined, 'float16', 'int8'],
  'imported network': [undefined, 'int8'],
  'photos of other things': [undefined],
}

/** Names of all models, in order. */
export const hubModels = Object.entries(precisions).flatMap(([run, all]) =>
  all.map(precision => ({
    run,
    precision,
    name: precision === undefined ? run : `${run}, ${precision}`,
  })),
)

/**
 * Trains what `wanted` asks for on some of the article's photos, and exports it; in another precision both as a file and as a folder.
 */
export async function makeHubModels(
  article: string,
  folder: string,
  wanted: (name: string) => boolean,
  say: (what: string) => void,
): Promise<HubModel[]> {
  const photos = path.join(folder, 'few')
  await someOf(article, photos)
  await otherThings(path.join(folder, 'others'))
  const made: HubModel[] = []
  for (const [name, args] of Object.entries(runs)) {
    const models = hubModels.filter(one => one.run === name && wanted(one.name))
    if (models.length === 0) continue
    say(`${name}: training`)
    const run = path.join(folder, slug(name))
    const said = args.map(arg => (arg === 'OTHERS' ? path.join(folder, 'others') : absolute(arg)))
    await chiquito(['train', photos, '--out', run, ...said, '--quiet'])
    for (const one of models) made.push(await exported(run, one.name, one.precision))
  }
  return made
}

async function exported(run: string, name: string, precision: string | undefined): Promise<HubModel> {
  const hub = path.join(path.dirname(run), `hub-${slug(name)}`)
  // However many verdicts change: what is asked here is whether both files of one precision answer alike.
  const said = precision === undefined ? [] : ['--precision', precision, '--allow-changed', '1000000']
  const to = ['--to', 'huggingface', '--out', hub]
  await chiquito(['export', run, ...to, ...said, '--quiet'])
  if (precision === undefined) return { name, model: path.join(run, 'model.onnx'), hub }
  const model = path.join(run, `${precision}.onnx`)
  await chiquito(['export', run, '--out', model, ...said, '--quiet'])
  return { name, model, hub }
}

/** A division with the same photos to measure on and few to learn from. */
async function someOf(article: string, out: string): Promise<void> {
  for (const part of ['train', 'valid'])
    for (const label of await readdir(path.join(article, part))) {
      const names = (await readdir(path.join(article, part, label))).sort()
      await mkdir(path.join(out, part, label), { recursive: true })
      for (const name of part === 'train' ? names.slice(0, few) : names)
        await copyFile(path.join(article, part, label, name), path.join(out, part, label, name))
    }
}

async function otherThings(out: string): Promise<void> {
  await mkdir(out, { recursive: true })
  const look = { stream: 'other things', width: 320, height: 240, cells: 8, quality: 90 } as const
  const photo = grainPhotos({ ...look, strength: [0.05, 0.3] })
  for (let i = 0; i < others; i++) await writeFile(path.join(out, `${i}.jpg`), await photo(i))
}

function absolute(arg: string): string {
  return arg === network ? path.join(checkoutRoot(), network) : arg
}

function slug(name: string): string {
  return name.replaceAll(/\W+/g, '-')
}
