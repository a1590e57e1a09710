import type { Command } from '@commander-js/extra-typings'
import { addExamples } from '../program.js'
import type { Shell } from '../shell.js'
import { addDataOptions, addDeviceOptions } from './shared.js'

/** `chiquito compare`: two models on the same photos. */
export function registerCompare(program: Command, shell: Shell): void {
  const command = addDeviceOptions(
    addDataOptions(
      program
        .command('compare')
        .description('say whether one model is better than another, or the difference is noise')
        .argument('<first>', 'folder of a run, or a model.onnx')
        .argument('<second>', 'the other one')
        .option('--on <photos>', 'folder of photos; those that both runs kept apart by default'),
    ),
  ).action((first, second, options) =>
    shell.run(async work => {
      const { compare } = await import('../../actions/compare.js')
      const { comparisonText } = await import('../../actions/compare-words.js')
      const result = await compare({ ...options, ...work, first, second })
      return { json: result, text: comparisonText(result) }
    }),
  )
  addExamples(command, [
    'chiquito compare runs/first runs/second',
    'chiquito compare runs/first runs/second --on other-photos',
    'chiquito compare old.onnx new.onnx --on photos --json',
  ])
}
