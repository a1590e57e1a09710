import type { Command } from '@commander-js/extra-typings'
import { choices, integer, integers, names } from '../options.js'
import { addExamples } from '../program.js'
import type { Shell } from '../shell.js'
import { addDataOptions, queueOption, storeOption } from './shared.js'

/** `chiquito sweep`: ways of training, compared on the same folds of the same photos. */
export function registerSweep(program: Command, shell: Shell): void {
  const command = addDataOptions(
    program
      .command('sweep')
      .description(
        'compare backbones, sizes and recipes on the same photos, each photo measured by models that had not learnt from it',
      )
      .argument('<photos>', 'folder of photos, in class folders or any layout that train takes')
      .requiredOption(
        '--out <folder>',
        'folder for the table and for what was computed, so that nothing is done twice',
      )
      .option(
        '--backbone <names>',
        'pretrained networks, names or files as for train, separated by commas (efficientnet-lite0)',
        names('--backbone'),
      )
      .option(
        '--size <pixels>',
        "sides of what the network sees, separated by commas (each network's own)",
        integers('--size', { min: 32, max: 1024 }),
      )
      .option('--recipe <names>', 'auto, fastai-2018 or both, separated by commas (auto)', names('--recipe'))
      .option(
        '--fine-tune <when>',
        'auto, always, never, or several, separated by commas (auto)',
        choices('--fine-tune', ['auto', 'always', 'never']),
      )
      .option('--folds <n>', 'parts that are measured in turn (5)', integer('--folds', { min: 2, max: 100 }))
      .option(
        '--seeds <n>',
        'repetitions, each dealt and trained from another seed (1)',
        integer('--seeds', { min: 1, max: 100 }),
      )
      .option('--seed <n>', 'the first seed (0)', integer('--seed', { min: 0 }))
      .option('--all', 'try every way on everything, also what is behind by more than luck explains')
      .option(...queueOption)
      .option(...storeOption)
      .option(
        '--workers <n>',
        'trainings done side by side, on threads (1)',
        integer('--workers', { min: 1, max: 64 }),
      ),
  ).action((data, { backbone, size, recipe, ...options }) =>
    shell.run(async work => {
      const { sweep } = await import('../../actions/sweep.js')
      const { summary, ...result } = await sweep({
        ...{ ...options, ...work, data },
        backbones: backbone,
        sizes: size,
        recipes: recipe,
      })
      return {
        json: result,
        text: `${summary}\nreport  ${result.report}\nin ${result.seconds.toFixed(1)} s\n`,
      }
    }),
  )
  addExamples(command, [
    'chiquito sweep photos --out sweeps/first --backbone efficientnet-lite0,resnet34 --folds 5',
    'chiquito sweep photos --out sweeps/first --fine-tune never,auto --seeds 3 --workers 2',
  ])
}
