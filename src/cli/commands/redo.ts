import type { Command } from '@commander-js/extra-typings'
import type { RedoOptions, RedoResult } from '../../actions/redo.js'
import { plural } from '../../core/index.js'
import { firstLines, localTime } from '../lines.js'
import { oneLine } from '../output.js'
import { addExamples } from '../program.js'
import type { Shell } from '../shell.js'

/** `chiquito redo`: does again what `undo` took back. */
export function registerRedo(program: Command, shell: Shell): void {
  const command = program
    .command('redo')
    .description('do again what the last "undo" took back')
    .argument('<dir>', 'folder of the photos')
    .action(data => shell.run(work => redone({ ...work, data })))
  addExamples(command, ['chiquito redo photos'])
}

async function redone(options: RedoOptions) {
  const { redoFor } = await import('../../actions/redo.js')
  const result = await redoFor('command line', options)
  return { json: result, text: textOf(result), failed: result.left.length > 0 }
}

function textOf({ operations, changes, left }: RedoResult): string {
  if (operations.length === 0)
    return 'There is nothing to do again: nothing was taken back, or something else was done since.'
  const lines = operations.map(({ id, name, at }) => `did again ${id}  ${oneLine(name)}  (${localTime(at)})`)
  lines.push(plural(changes, 'change'))
  if (left.length > 0)
    lines.push(
      `${plural(left.length, 'change')} could not be done again, as something else was changed since:`,
      ...firstLines(left.map(({ path, reason }) => `  ${path}: ${reason}`)),
    )
  return lines.join('\n')
}
