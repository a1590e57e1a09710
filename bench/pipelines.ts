import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Said, Side } from './pipelines/answers.js'
import { type HubModel, makeHubModels } from './pipelines/folders.js'
import { askedPhotos, goldenPhotos, type PhotoGroup } from './pipelines/photos.js'
import { ownAnswers, startSides } from './pipelines/sides.js'
import { articlePhotos, noArticlePhotos } from './support/process.js'
import {
  type BenchOptions,
  type BenchResult,
  type BenchRow,
  median,
  type TextTable,
} from './support/result.js'

const name = 'pipelines'

/** What one side said of a group of photos, beside the product itself. */
interface Compared {
  readonly model: string
  readonly side: string
  readonly group: PhotoGroup
  /** By photo: the largest difference of a probability; undefined where one of both did not answer. */
  readonly off: readonly (number | undefined)[]
  readonly changed: readonly string[]
  readonly unanswered: readonly string[]
}

/**
 * Folders of `chiquito export --to huggingface` opened by image-classification pipelines of transformers and transformers.js, beside what
 * `chiquito predict` says with the same model: golden photos, the article's validation photos, and photos in many sizes and formats.
 */
export async function benchPipelines({ json, only = '' }: BenchOptions): Promise<BenchResult> {
  const article = articlePhotos()
  if (article === undefined) return { name, rows: [], skipped: noArticlePhotos }
  const folder = await mkdtemp(path.join(tmpdir(), 'chiquito-pipelines-'))
  const say = (what: string) => (json ? undefined : process.stderr.write(`${what}\n`))
  const { sides, missing } = await startSides(path.join(folder, 'cache'))
  try {
    if (sides.length === 0) return { name, rows: [], skipped: missing.join('; ') }
    const groups = await askedPhotos(article, path.join(folder, 'asked'))
    const models = await makeHubModels(article, folder, one => one.includes(only), say)
    const all: Compared[] = []
    for (const model of models) {
      say(`${model.name}: comparing`)
      const golden = await goldenPhotos(model.model, path.join(`${model.hub}-golden`))
      // What a library makes of a file is the same with every model.
      const asked = model === models[0] ? groups : groups.filter(({ promised }) => promised !== undefined)
      all.push(...(await comparedAll(model, sides, [golden, ...asked])))
    }
    return {
      name,
      rows: all.flatMap(rowOf),
      tables: [answersTable(all), ...otherwiseTables(all)],
      notes: missing,
      failures: all.flatMap(failuresOf),
    }
  } finally {
    for (const side of sides) await side.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function comparedAll(
  model: HubModel,
  sides: readonly Side[],
  groups: readonly PhotoGroup[],
): Promise<Compared[]> {
  const photos = groups.flatMap(({ files }) => files)
  const own = await ownAnswers(model, photos)
  const all: Compared[] = []
  for (const side of sides) {
    const said = await side.ask(model.hub, photos)
    let begin = 0
    for (const group of groups) {
      const end = begin + group.files.length
      all.push(compared(model.name, side.name, group, own.slice(begin, end), said.slice(begin, end)))
      begin = end
    }
  }
  return all
}

function compared(
  model: string,
  side: string,
  group: PhotoGroup,
  own: readonly Said[],
  said: readonly Said[],
): Compared {
  const off: (number | undefined)[] = []
  const changed: string[] = []
  const unanswered: string[] = []
  for (const [i, file] of group.files.entries()) {
    const [ours, theirs] = [own[i], said[i]]
    const photo = path.join(path.basename(path.dirname(file)), path.basename(file))
    if (typeof ours === 'string' || typeof theirs === 'string') {
      off.push(undefined)
      const reason = typeof theirs === 'string' ? theirs : `chiquito predict: ${ours}`
      unanswered.push(`${photo}: ${reason.split('\n')[0]}`)
      continue
    }
    off.push(Math.max(...Array.from(ours, ([label, p]) => Math.abs(p - (theirs.get(label) ?? Number.NaN)))))
    if (verdict(ours) !== verdict(theirs)) changed.push(photo)
  }
  return { model, side, group, off, changed, unanswered }
}

function verdict(said: ReadonlyMap<string, number>): string {
  return [...said].reduce((best, one) => (one[1] > best[1] ? one : best))[0]
}

/** The largest difference beside the one that is promised. */
function rowOf({ model, side, group, off }: Compared): BenchRow[] {
  const { promised } = group
  if (promised === undefined) return []
  const ours = largest(off)
  const what = `${model}: ${group.name}, ${side}`
  return [{ what, ours, theirs: promised, unit: 'off (theirs: promised)', ratio: ours / promised, target: 1 }]
}

function answersTable(all: readonly Compared[]): TextTable {
  const lines = all
    .filter(({ group }) => group.promised !== undefined)
    .map(({ model, side, group, off, changed, unanswered }) => [
      model,
      group.name,
      side,
      String(off.length),
      largest(off).toExponential(1),
      median(answered(off)).toExponential(1),
      String(changed.length),
      String(unanswered.length),
    ])
  const heads = [
    'model',
    'photos',
    'asked',
    'of',
    'largest difference',
    'median',
    'verdicts changed',
    'unanswered',
  ]
  return { title: 'probabilities beside chiquito predict', lines: [heads, ...lines] }
}

/** What becomes of each file of which libraries make different pictures. */
function otherwiseTables(all: readonly Compared[]): TextTable[] {
  const lines = all
    .filter(({ group }) => group.promised === undefined)
    .flatMap(({ model, side, group, off, unanswered }) =>
      group.files.map((file, i) => {
        const photo = path.join(path.basename(path.dirname(file)), path.basename(file))
        const reason = unanswered.find(one => one.startsWith(`${photo}: `))
        return [model, photo, side, off[i]?.toExponential(1) ?? reason?.slice(photo.length + 2) ?? '']
      }),
    )
  const title = 'files of which libraries make different pictures: largest difference'
  return lines.length === 0 ? [] : [{ title, lines: [['model', 'photo', 'asked', ''], ...lines] }]
}

function failuresOf({ model, side, group, off, changed, unanswered }: Compared): string[] {
  const { promised, name } = group
  if (promised === undefined) return []
  const where = `${model}, ${name}, ${side}`
  const far = largest(off)
  return [
    ...(far <= promised ? [] : [`${where}: ${far.toPrecision(2)} off, promised are ${promised}`]),
    ...changed.map(photo => `${where}: another verdict for ${photo}`),
    ...unanswered.map(reason => `${where}: ${reason}`),
  ]
}

function answered(off: readonly (number | undefined)[]): number[] {
  return off.filter(one => one !== undefined)
}

function largest(off: readonly (number | undefined)[]): number {
  return Math.max(...answered(off))
}
