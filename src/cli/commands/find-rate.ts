import type { Command } from '@commander-js/extra-typings'
import { integer } from '../options.js'
import { addExamples } from '../program.js'
import type { Shell } from '../shell.js'
import { addBackboneOptions, addDataOptions, addDeviceOptions, splitPreprocessing } from './shared.js'

/** `chiquito find-rate`: the learning-rate range test and its curve. */
export function registerFindRate(program: Command, shell: Shell): void {
  const command = addDeviceOptions(
    addBackboneOptions(
      addDataOptions(
        program
          .command('find-rate')
          .description('find a learning rate: train with a growing rate and look at the loss')
          .argument('<data>', 'folder of photos')
          .option('--plot <file>', 'write the curve there, as SVG', 'rate-finder.svg')
          .option('--seed <n>', 'what everything random starts from', integer('--seed', { min: 0 }), 0)
          .option(
            '--size <pixels>',
            'side of what the network sees',
            integer('--size', { min: 32, max: 1024 }),
          )
          .option(
            '--iterations <n>',
            'steps of the search (100)',
            integer('--iterations', { min: 20, max: 10_000 }),
          ),
      ),
    ),
  ).action((data, options) =>
    shell.run(async work => {
      const { findRate } = await import('../../actions/find-rate.js')
      const result = await findRate({ ...splitPreprocessing(options), ...work, data })
      const rate = result.suggestion
      const verdict =
        rate === null
          ? 'The curve suggests no rate: the loss never falls for long. More photos may help.'
          : `suggested rate  ${rate.toPrecision(2)}`
      return { json: result, text: `${verdict}\ncurve           ${result.plot}\n` }
    }),
  )
  addExamples(command, ['chiquito find-rate photos', 'chiquito find-rate photos --plot curve.svg --seed 1'])
}
