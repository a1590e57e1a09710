import type { Command } from '@commander-js/extra-typings'
import type { SplitResult } from '../../actions/split.js'
import type { CheckSplitResult } from '../../actions/split-check.js'
import type { SplitFoldsResult } from '../../actions/split-folds.js'
import {
  argumentError,
  ChiquitoError,
  commandInText,
  commandName,
  plural,
  shellPath,
} from '../../core/index.js'
import { columns } from '../lines.js'
import { choices, decimal, integer } from '../options.js'
import { oneLine } from '../output.js'
import { addExamples } from '../program.js'
import type { Shell } from '../shell.js'
import { addDataOptions, several } from './shared.js'

/** `50`, or `0.2`; whoever writes `20%` is told what the same is here. */
function share(name: string): (text: string) => number {
  const number = decimal(name, { min: 0, max: 1_000_000 })
  return text => {
    try {
      return number(text)
    } catch {
      throw argumentError(name, 'a number of photos of each class (50), or a part of each (0.2)', text)
    }
  }
}

/** Leaks that a terminal shows; `--json` has all. */
const shownLeaks = 40

/** `chiquito split`: a folder of photos into parts that share nothing. */
export function registerSplit(program: Command, shell: Shell): void {
  const command = addDataOptions(
    program
      .command('split')
      .description('divide photos into train and valid (and test), keeping together what belongs together')
      .argument('<data>', 'folder of photos: class folders, or any data set; with --check the one to judge')
      .option(
        '--out <dir>',
        'folder for the data set, new or empty; with --manifest or --folds for the tables',
      )
      .option(
        '--valid <n or part>',
        'photos of each class to measure on: 50, or 0.2 of each (0.2)',
        share('--valid'),
      )
      .option(
        '--test <n or part>',
        'photos of each class to keep apart until the end (none)',
        share('--test'),
      )
      .option('--balance', 'as many photos of each class as the smallest has')
      .option('--seed <n>', 'what the draw starts from (0)', integer('--seed', { min: 0 }))
      .option(
        '--group-by <what>',
        'what else stays together: a pattern for file names, its group in parentheses; column:NAME of a table; or creator. May be given several times',
        several,
      )
      .option(
        '--not-by <what>',
        'what does not stay together, separated by commas: copies, page, person, video, burst',
        choices('--not-by', ['copies', 'page', 'person', 'video', 'burst']),
      )
      .option('--quick', 'look for whole copies only, not for crops, captions and screenshots')
      .option('--deep', 'look for those too, also among more than 10,000 photos')
      .option('--links', 'hard links instead of copies')
      .option('--manifest', 'only a table (CSV) that says which photo is in which part; no photo is copied')
      .option('--no-record', 'do not keep beside the photos what went where (split.json)')
      .option('--add', 'put new photos into the data set that is there; old ones stay where they are')
      .option(
        '--folds <k>',
        'tables for k-fold cross-validation: train --folds reads them',
        integer('--folds'),
      )
      .option(
        '--check',
        'judge a division: list every pair of photos that leaks; exit code 1 where one does',
      ),
  ).action((data, options) =>
    shell.run(async work => {
      const { quick, deep, ...rest } = options
      if (quick && deep)
        throw new ChiquitoError('usage', '--quick and --deep say the opposite. Leave one of them out.')
      const asked = {
        ...rest,
        ...work,
        data,
        depth: quick ? ('quick' as const) : deep ? ('deep' as const) : undefined,
      }
      if (options.check) {
        const { checkSplit } = await import('../../actions/split-check.js')
        const result = await checkSplit(asked)
        return { json: result, text: checkText(result, data), failed: result.leaks.length > 0 }
      }
      if (options.folds !== undefined) {
        const { splitFolds } = await import('../../actions/split-folds.js')
        const result = await splitFolds({ ...asked, folds: options.folds })
        return { json: result, text: foldsText(result, data) }
      }
      const { split } = await import('../../actions/split.js')
      const result = await split(asked)
      return { json: result, text: splitText(result, data) }
    }),
  )
  addExamples(command, [
    'chiquito split photos --out dataset --valid 50',
    'chiquito split photos --out dataset --valid 0.2 --test 0.1 --balance --seed 3',
    'chiquito split photos --out dataset --group-by "^(patient[0-9]+)_"',
    'chiquito split photos --out folds --folds 5',
    'chiquito split dataset --check',
  ])
}

function splitText(result: SplitResult, given: string): string {
  const { photos, classes, groups, left, added, remarks, out, manifest, record } = result
  const columns = (['train', 'valid', 'test'] as const).filter(part => part !== 'test' || photos.test > 0)
  const rows = [
    ['', ...columns],
    ...classes.map(one => [oneLine(one.label), ...columns.map(part => String(one[part]))]),
    ...(classes.length > 1 ? [['in all', ...columns.map(part => String(photos[part]))]] : []),
  ]
  const tied = groups.reduce((sum, group) => sum + group.photos.length, 0)
  return [
    ...table(rows),
    ...(groups.length === 0
      ? []
      : [
          `${plural(groups.length, 'group')} of photos that belong together (${tied} photos) on one side each.`,
        ]),
    ...remarks.map(oneLine),
    ...(left.length === 0
      ? []
      : [
          `${plural(left.length, 'photo')} in no part, for example "${oneLine(left[0].path)}": ${oneLine(left[0].reason)}`,
        ]),
    ...(added === null ? [] : [`${plural(added, 'new photo')} added.`]),
    manifest === null ? `data set  ${out}` : `table  ${manifest}`,
    ...(record === null ? [] : [`kept for later photos  ${record}`]),
    manifest === null
      ? `${commandInText(`${commandName()} train ${shellPath(out)} --out RUN`)} learns from it.`
      : `${commandInText(`${commandName()} train ${shellPath(given)} --folds ${shellPath(manifest)} --out RUN`)} learns from it.`,
  ].join('\n')
}

function foldsText({ folds, out, remarks }: SplitFoldsResult, given: string): string {
  return [
    ...table([
      ['', 'train', 'valid', 'test'],
      ...folds.map(({ fold, train, valid, test }) => [`fold ${fold}`, ...[train, valid, test].map(String)]),
    ]),
    ...remarks.map(oneLine),
    `tables  ${out}`,
    `${commandInText(`${commandName()} train ${shellPath(given)} --folds ${shellPath(out)} --out RUN`)} measures ${measured(folds)} once.`,
  ].join('\n')
}

/** Photos that belong together and are all of a class are in no fold. */
function measured(folds: SplitFoldsResult['folds']): string {
  const [{ train, valid }] = folds
  const count = folds.reduce((sum, fold) => sum + fold.valid, 0)
  return count === train + valid ? 'every photo' : `${count} of the ${train + valid} photos`
}

function checkText({ leaks, groups, photos, divisions, notices }: CheckSplitResult, given: string): string {
  const looked = `${photos} photos looked at${divisions.length > 1 ? `, ${divisions.length} divisions` : ''}.`
  const first = notices.map(notice => `! ${oneLine(notice)}`)
  if (leaks.length === 0) return [...first, `No pair leaks. ${looked}`].join('\n')
  const lines = leaks
    .slice(0, shownLeaks)
    .map(({ kind, train, held, division }) => [
      kind,
      `${oneLine(held)}  is measured on, and learnt from as  ${oneLine(train)}${division === undefined ? '' : `  (${division})`}`,
    ])
  return [
    ...first,
    `${plural(leaks.length, 'pair leaks', 'pairs leak')}, in ${plural(groups.length, 'group')}. ${looked}`,
    ...table(lines),
    ...(leaks.length > shownLeaks ? [`… and ${leaks.length - shownLeaks} more (--json has all)`] : []),
    `What to do: ${commandInText(`${commandName()} split ${shellPath(given)} --out DATASET`)} divides anew and keeps such pairs on one side; ` +
      `${commandInText(`${commandName()} doctor ${shellPath(given)} --apart A B`)} remembers a pair that is none.`,
  ].join('\n')
}

/** Numbers stand to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  return columns(rows, (cell, i) => i > 0 && !Number.isNaN(Number(cell)))
}
