import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { articlePhotos, chiquito, noArticlePhotos } from '../support/process.js'
import type { BenchResult, TextTable } from '../support/result.js'

const shortcutsSchema = z.object({
  shortcuts: z.array(z.object({ property: z.string(), auc: z.number(), interval: z.array(z.number()) })),
})
const metricsSchema = z.object({ accuracy: z.number(), interval: z.array(z.number()) })

type Shortcuts = z.infer<typeof shortcutsSchema>['shortcuts']

/** What tells the article's classes apart, and how good a classifier is, before `doctor --fix --even-out` and after. */
export async function evenedOut(
  tell: (text: string) => void,
): Promise<Pick<BenchResult, 'rows' | 'tables' | 'notes'>> {
  const photos = articlePhotos()
  if (photos === undefined) return { rows: [], notes: [noArticlePhotos] }
  const folder = await mkdtemp(path.join(tmpdir(), 'chiquito-bench-'))
  try {
    const data = path.join(folder, 'photos')
    await cp(photos, data, { recursive: true })
    const env = { CHIQUITO_CACHE: path.join(folder, 'cache') }
    const look = async (): Promise<Shortcuts> => {
      const { stdout } = await chiquito(['doctor', data, '--quick', '--json', '--quiet'], env)
      return shortcutsSchema.parse(JSON.parse(stdout)).shortcuts
    }
    const train = async (name: string) => {
      const run = path.join(folder, name)
      await chiquito(['train', data, '--out', run, '--json', '--quiet'], env)
      return metricsSchema.parse(JSON.parse(await readFile(path.join(run, 'metrics.json'), 'utf8')))
    }
    tell('shortcuts and training as the photos are')
    const before = { shortcuts: await look(), metrics: await train('before') }
    tell('doctor --fix --even-out')
    await chiquito(['doctor', data, '--quick', '--fix', '--even-out', '--json', '--quiet'], env)
    tell('shortcuts and training afterwards')
    const after = { shortcuts: await look(), metrics: await train('after') }
    return { rows: [], tables: [tableOf(before, after)] }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Side {
  readonly shortcuts: Shortcuts
  readonly metrics: z.infer<typeof metricsSchema>
}

function tableOf(before: Side, after: Side): TextTable {
  const aucOf = ({ shortcuts }: Side, property: string) => {
    const found = shortcuts.find(one => one.property === property)
    // A property that is the same for all photos tells nothing, and is not listed.
    return found === undefined ? 'alike' : withInterval(found.auc, found.interval)
  }
  const accuracyOf = ({ metrics }: Side) => withInterval(metrics.accuracy, metrics.interval)
  return {
    title: 'The article’s photos: AUC of each property before and after --fix --even-out',
    lines: [
      ['property', 'before', 'after'],
      ...before.shortcuts.map(({ property }) => [property, aucOf(before, property), aucOf(after, property)]),
      ['accuracy of train', accuracyOf(before), accuracyOf(after)],
    ],
  }
}

function withInterval(value: number, [low, high]: readonly number[]): string {
  return `${value.toFixed(3)} (${low.toFixed(2)} to ${high.toFixed(2)})`
}
