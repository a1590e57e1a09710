import type { Command } from '@commander-js/extra-typings'
import type { UndoOptions, UndoResult } from '../../actions/undo.js'
import { ChiquitoError, commandInText, commandName, plural, shellPath } from '../../core/index.js'
import { columns, firstLines, localTime } from '../lines.js'
import { oneLine } from '../output.js'
import { addExamples } from '../program.js'
import type { Shell } from '../shell.js'

/** `chiquito undo`: takes back what `doctor` did to a folder. */
export function registerUndo(program: Command, shell: Shell): void {
  const command = program
    .command('undo')
    .description(
      'take back what "doctor" or a person at "studio" did to a folder: the last thing, or all since a name or time',
    )
    .argument('<dir>', 'folder of the photos')
    .option(
      '--since <what>',
      'take back all from this on: the number or name of something done, or a time (2026-11-29T10:30, 10:30)',
    )
    .option('--list', 'say what was done, and change nothing')
    .action((data, { list, since }) =>
      shell.run(async work => {
        if (list && since !== undefined)
          throw new ChiquitoError('usage', '--list shows all that was done: leave out --since.')
        return list ? listed(data) : undone({ ...work, data, since })
      }),
    )
  addExamples(command, [
    'chiquito undo photos',
    'chiquito undo photos --list',
    'chiquito undo photos --since 3',
  ])
}

async function undone(options: UndoOptions) {
  const { undoFor } = await import('../../actions/undo.js')
  const result = await undoFor('command line', options)
  return { json: result, text: textOf(result, options.data), failed: result.left.length > 0 }
}

function textOf({ operations, changes, left, unknown }: UndoResult, data: string): string {
  const lines = operations.map(({ id, name, at }) => `took back ${id}  ${oneLine(name)}  (${localTime(at)})`)
  if (operations.length === 0) lines.push('There is nothing left to take back.')
  else lines.push(plural(changes, 'change'))
  if (left.length > 0)
    lines.push(
      `${plural(left.length, 'change')} could not be taken back, as something else was changed since:`,
      ...firstLines(
        left.map(
          ({ path, place, reason }) => `  ${path}${place === path ? '' : `  (now ${place})`}: ${reason}`,
        ),
      ),
      `Put that right, and ${commandInText(`${commandName()} undo ${shellPath(data)} --since ${operations.at(-1)?.id ?? 1}`)} takes the rest back.`,
    )
  if (unknown.length > 0)
    lines.push(
      `${plural(unknown.length, 'photo')} set aside of which the journal does not tell, as it was cut or replaced; move them back by hand:`,
      ...firstLines(unknown.map(path => `  ${path}`)),
    )
  return lines.join('\n')
}

async function listed(data: string) {
  const { listOperations } = await import('../../actions/undo.js')
  const operations = await listOperations(data)
  const rows = operations.map(({ id, name, at, acts, undone, isCutOff, again }) => {
    const state =
      undone > 0 && undone === acts
        ? 'taken back'
        : [undone > 0 ? `${undone} taken back` : '', isCutOff ? 'cut off' : ''].filter(Boolean).join(', ')
    return [
      String(id),
      localTime(at),
      oneLine(again === null ? name : `${name}: ${again}`),
      plural(acts, 'change'),
      state,
    ]
  })
  return { json: { operations }, text: columns(rows).join('\n') }
}
