import path from 'node:path'
import { z } from 'zod'
import { messageOf } from '../src/core/index.js'
import { ImageData } from '../src/index.js'
import { type Meant, OtherTools } from './support/other-tools.js'
import { chiquito } from './support/process.js'
import type { BenchOptions, BenchResult, TextTable } from './support/result.js'

const name = 'layouts'
const us = 'chiquito'
/** More of an error is not shown. */
const shownLength = 110

const answerSchema = z.union([
  z.object({ error: z.string() }),
  z.object({ classes: z.array(z.string()), parts: z.record(z.string(), z.number()), note: z.string() }),
])

type Answer = z.infer<typeof answerSchema>
type Verdict = 'as meant' | 'refused' | 'otherwise'

/** One side's answers, folder by folder. */
interface Side {
  readonly tool: string
  readonly answers: readonly Answer[]
}

/**
 * The same folders read by the field's tools and by us: which classes, how many photos in which part. Then pairs of
 * names for the folders of a division, and who knows them.
 */
export async function benchLayouts({ json, only = '' }: BenchOptions): Promise<BenchResult> {
  const tools = await OtherTools.open()
  if ('skipped' in tools) return { name, rows: [], skipped: tools.skipped }
  try {
    const layouts = tools.made.layouts.filter(layout => layout.name.includes(only))
    const divisions = tools.made.divisions.filter(division => division.name.includes(only))
    const failures: string[] = []
    for (const { folder } of layouts.filter(layout => layout.runs))
      await trainInside(tools.root, folder).catch(error => failures.push(`a run inside: ${messageOf(error)}`))
    const paths = [
      ...layouts.map(({ folder }) => path.join('layouts', folder)),
      ...divisions.map(({ folder }) => path.join('divisions', folder)),
    ]
    const { sides, notes } = await askAll(tools, paths, json)
    const words = sides.map(({ tool, answers }) => ({ tool, answers: answers.slice(0, layouts.length) }))
    const pairs = sides.map(({ tool, answers }) => ({ tool, answers: answers.slice(layouts.length) }))
    const tables = [
      ...(layouts.length > 0 ? [verdictTable(layouts, words), otherwiseTable(layouts, words)] : []),
      ...(divisions.length > 0 ? [divisionTable(divisions, pairs)] : []),
    ]
    failures.push(...ourFailures(layouts, words))
    return { name, rows: [], tables, notes, failures }
  } finally {
    await tools.close()
  }
}

/** Two runs of ours inside the data set, as people keep them. */
async function trainInside(root: string, folder: string): Promise<void> {
  const data = path.join(root, 'layouts', folder)
  for (const run of ['first', 'second'])
    await chiquito(['train', data, '--out', path.join(data, 'runs', run), '--fine-tune', 'never'], {
      CHIQUITO_CACHE: path.join(root, 'cache'),
    })
}

async function askAll(tools: OtherTools, paths: readonly string[], json: boolean) {
  const sides: Side[] = []
  const notes: string[] = []
  for (const tool of tools.made.tools) {
    const found = await tools.ask(tool, 'folder', paths)
    if ('skipped' in found) notes.push(`${tool} is not here: ${found.skipped}`)
    else {
      notes.push(`${tool}: ${found.versions}`)
      sides.push({ tool, answers: found.answers.map(answer => answerSchema.parse(answer)) })
    }
    if (!json) process.stderr.write(`${tool}\n`)
  }
  const copy = await tools.copyFor(us)
  const ours: Answer[] = []
  for (const each of paths) ours.push(await ourAnswer(path.join(copy, each), copy))
  return { sides: [...sides, { tool: us, answers: ours }], notes }
}

/** What the library makes of a folder. A class without a folder named for it is divided by us, so its parts count as one. */
async function ourAnswer(folder: string, copy: string): Promise<Answer> {
  try {
    const data = await ImageData.fromFolder(folder)
    const { split, notices } = data.dataset
    const counts = (['train', 'valid', 'test'] as const).map(
      part => [part, data.photos(part).length] as const,
    )
    const parts = Object.fromEntries(counts.filter(([, count]) => count > 0))
    const { train = 0, valid = 0, test } = parts
    const undivided = { all: train + valid, ...(test === undefined ? {} : { test }) }
    const note = notices.join(' ').replaceAll(`${copy}/`, '')
    return { classes: [...data.labels], parts: split.by === 'folders' ? parts : undivided, note }
  } catch (error) {
    return { error: messageOf(error).replaceAll(`${copy}/`, '') }
  }
}

/** Whether classes and parts are what was meant; photos that no folder measures on may be divided as the tool likes. */
function verdict(answer: Answer, meant: Meant): Verdict {
  if ('error' in answer) return 'refused'
  const classes = (labels: readonly string[]) => JSON.stringify(labels.toSorted())
  const learnt = ({ all = 0, train = 0, valid = 0, test = 0 }: Readonly<Record<string, number>>) => {
    const isDivided = meant.parts.valid !== undefined
    return JSON.stringify(isDivided ? [all + train, valid, test] : [all + train + valid, test])
  }
  const isMeant =
    classes(answer.classes) === classes(meant.classes) && learnt(answer.parts) === learnt(meant.parts)
  return isMeant && !answer.note.includes('otherwise') ? 'as meant' : 'otherwise'
}

type Named = readonly { readonly name: string; readonly meant: Meant }[]

function verdictTable(layouts: Named, sides: readonly Side[]): TextTable {
  const lines = layouts.map(({ name: layout, meant }, i) => [
    layout,
    ...sides.map(({ answers }) => verdict(answers[i], meant)),
  ])
  const counts = sides.map((_, at) => lines.filter(line => line[at + 1] === 'as meant').length)
  return {
    title: 'Folders: classes and photos of each part as they are meant',
    lines: [['', ...sides.map(side => side.tool)], ...lines, ['as meant', ...counts.map(String)]],
  }
}

function otherwiseTable(layouts: Named, sides: readonly Side[]): TextTable {
  const lines = layouts.flatMap(({ name: layout, meant }, i) =>
    sides.flatMap(({ tool, answers }) => {
      const told = answers[i]
      const isMeant = verdict(told, meant) === 'as meant'
      if (isMeant && !('note' in told && told.note !== '')) return []
      return [[layout, tool, ...inWords(told)]]
    }),
  )
  return {
    title: 'What they make of them, where it is not as meant or there is more to say',
    lines: [['', '', 'classes', 'photos', ''], ...lines],
  }
}

function inWords(answer: Answer): string[] {
  if ('error' in answer) return ['–', '–', shortened(answer.error)]
  const { classes, parts, note } = answer
  const counts = Object.entries(parts).map(([part, count]) =>
    part === 'all' ? `${count}` : `${part} ${count}`,
  )
  return [classes.map(label => label || '“”').join(', ') || 'none', counts.join(', '), shortened(note)]
}

function shortened(text: string): string {
  const line = text.split('\n')[0]
  return line.length > shownLength ? `${line.slice(0, shownLength)}…` : line
}

function divisionTable(divisions: readonly { readonly name: string }[], sides: readonly Side[]): TextTable {
  const lines = divisions.map(({ name: pair }, i) => [pair, ...sides.map(({ answers }) => known(answers[i]))])
  return {
    title: 'Names of two folders, 20 and 6 photos of cats and dogs: what the second is taken for',
    lines: [['', ...sides.map(side => side.tool)], ...lines],
  }
}

function known(answer: Answer): string {
  if ('error' in answer) return 'refused'
  const { classes, parts, note } = answer
  if (!classes.includes('cat')) return 'a class'
  if (note.includes('two parts')) return 'all of it again'
  const { valid = 0, test = 0, all = 0, train = 0 } = parts
  if (valid === 6) return 'valid'
  if (test === 6) return 'test'
  return all + train + valid === 26 ? 'more to learn' : 'left out'
}

function ourFailures(layouts: Named, sides: readonly Side[]): string[] {
  const ours = sides.find(side => side.tool === us)
  return layouts.flatMap(({ name: layout, meant }, i) => {
    const answer = ours?.answers[i]
    if (answer === undefined) return []
    const found = verdict(answer, meant)
    if (found === 'as meant' || (found === 'refused' && meant.refused)) return []
    return [`${layout}: ${inWords(answer).join(', ')}`]
  })
}
