import type { Command } from '@commander-js/extra-typings'
import { commandName, probabilityText, shellPath } from '../../core/index.js'
import { choice, integer } from '../options.js'
import { addExamples } from '../program.js'
import type { Shell } from '../shell.js'
import { addDeviceOptions } from './shared.js'

/** `chiquito demo`: the whole way, on data that is there or fetched. */
export function registerDemo(program: Command, shell: Shell): void {
  const command = addDeviceOptions(
    program
      .command('demo')
      .description('train on a small data set that comes along: animals or food, drawn as emoji')
      .option('--out <run>', 'folder to write the run into', 'chiquito-demo')
      .option(
        '--dataset <name>',
        'emoji (comes along), or chiquito (the photos of the article, fetched)',
        choice('--dataset', ['emoji', 'chiquito']),
        'emoji' as const,
      )
      .option('--recipe <name>', 'auto, or fastai-2018', 'auto')
      .option('--seed <n>', 'what everything random starts from', integer('--seed', { min: 0 }), 0)
      .option('--address <url>', "where the article's archive is, if not where the article says"),
  ).action(options =>
    shell.run(async work => {
      const { basename } = await import('node:path')
      const { demo } = await import('../../actions/demo.js')
      const { dataset, training, predictions } = await demo({ ...options, ...work })
      const { summary, ...result } = training
      const verdicts = predictions.map(
        ({ path, label, probabilities }) =>
          `  ${basename(path).padEnd(26)} ${label.padEnd(10)} ${probabilityText(Math.max(...probabilities)).padStart(7)}`,
      )
      const text = [
        summary,
        'Pictures it never saw:',
        ...verdicts,
        '',
        `Trained in ${result.seconds.toFixed(1)} s. Look at the report:`,
        `  ${result.report}`,
        'Classify a picture of your own:',
        `  ${commandName()} predict ${shellPath(result.model)} PICTURE`,
        '',
      ].join('\n')
      return { json: { dataset, ...result, predictions }, text }
    }),
  )
  addExamples(command, ['chiquito demo', 'chiquito demo --dataset chiquito --recipe fastai-2018'])
}
