import type { Command } from '@commander-js/extra-typings'
import { integer } from '../options.js'
import { addExamples } from '../program.js'
import type { Shell } from '../shell.js'
import { addDataOptions, addDeviceOptions } from './shared.js'

/** `chiquito evaluate`: a finished model on photos with known classes. */
export function registerEvaluate(program: Command, shell: Shell): void {
  const command = addDeviceOptions(
    addDataOptions(
      program
        .command('evaluate')
        .description('measure a model on photos whose classes are known')
        .argument('<run>', 'folder of a run, or a model.onnx')
        .argument('[data]', 'folder of photos; those the run was measured on by default')
        .option(
          '--tta <views>',
          'augmented views beside the plain photo, averaged (0)',
          integer('--tta', { min: 0, max: 32 }),
        ),
    ),
  ).action((run, data, options) =>
    shell.run(async work => {
      const { evaluate, evaluationText } = await import('../../actions/evaluate.js')
      const result = await evaluate({ ...options, ...work, run, data })
      return { json: result, text: evaluationText(result) }
    }),
  )
  addExamples(command, [
    'chiquito evaluate runs/first',
    'chiquito evaluate runs/first other-photos --tta 4',
    'chiquito evaluate model.onnx photos --json',
  ])
}
