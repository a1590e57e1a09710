import type { Command } from '@commander-js/extra-typings'
import { ChiquitoError } from '../../core/index.js'
import { integer } from '../options.js'
import { addExamples } from '../program.js'
import type { Shell } from '../shell.js'
import {
  addBackboneOptions,
  addDataOptions,
  addDeviceOptions,
  queueOption,
  splitPreprocessing,
  storeOption,
} from './shared.js'
import {
  backgroundOption,
  checkpointOption,
  coverageOption,
  epochsOption,
  fineTuneOption,
  noCacheOption,
  recipeOption,
  seedOption,
  sizeOption,
} from './training.js'

/** `chiquito evaluate`: a finished model on photos with known classes; or with `--folds` a way of training, by cross-validation. */
export function registerEvaluate(program: Command, shell: Shell): void {
  const command = addDeviceOptions(
    addBackboneOptions(
      addDataOptions(
        program
          .command('evaluate')
          .description(
            'measure a model on photos whose classes are known; with --folds, how well photos can be learnt from',
          )
          .argument('<run>', 'folder of a run, or a model.onnx; with --folds folder of photos, or of a run')
          .argument('[data]', 'folder of photos; those the run was measured on by default')
          .option(
            '--tta <views>',
            'augmented views beside the plain photo, averaged (0)',
            integer('--tta', { min: 0, max: 32 }),
          )
          .option(
            '--folds <n>',
            'cross-validation: train on all folds but one, measure on that one, each in turn',
            integer('--folds', { min: 2, max: 100 }),
          )
          .option(
            '--repeats <n>',
            'with --folds: so many times, each time dealt otherwise (1)',
            integer('--repeats', { min: 1, max: 100 }),
          )
          .option('--out <runs>', 'with --folds: folder to keep the runs of all folds in')
          .option(...recipeOption)
          .option(...seedOption)
          .option(...sizeOption)
          .addOption(fineTuneOption)
          .option(...epochsOption)
          .option(...coverageOption)
          .option(...backgroundOption)
          .option('--resume', 'with --folds: go on with what was cut off, or add repetitions')
          .option(...checkpointOption)
          .option(...queueOption)
          .option(...storeOption)
          .option('--overwrite', 'with --folds: replace what is there')
          .option(...noCacheOption),
      ),
    ),
  ).action((run, data, options) =>
    shell.run(async work => {
      const { folds, repeats, out, tta, ...training } = splitPreprocessing(options)
      if (folds === undefined) {
        refuseWithoutFolds({ repeats, out, ...training })
        const { evaluate, evaluationText } = await import('../../actions/evaluate.js')
        const result = await evaluate({ ...options, ...work, run, data })
        return { json: result, text: evaluationText(result) }
      }
      if (data !== undefined || tta !== undefined)
        throw new ChiquitoError(
          'usage',
          `${data === undefined ? '--tta' : `"${data}"`} has no effect with --folds: each model is measured on the photos of its own fold. ` +
            'Leave one of them out.',
        )
      if (out === undefined)
        throw new ChiquitoError(
          'usage',
          'Say with --out which folder the runs of the folds are kept in, so that they can be gone on with after a stop.',
        )
      const { evaluateFolds } = await import('../../actions/evaluate-folds.js')
      const { summary, ...result } = await evaluateFolds({
        ...training,
        ...work,
        data: run,
        folds,
        repeats,
        out,
      })
      return {
        json: result,
        text: `${summary}\nreport  ${result.report}\nin ${result.seconds.toFixed(1)} s\n`,
      }
    }),
  )
  addExamples(command, [
    'chiquito evaluate runs/first',
    'chiquito evaluate runs/first other-photos --tta 4',
    'chiquito evaluate model.onnx photos --json',
    'chiquito evaluate photos --folds 5 --repeats 3 --out runs/folds',
    'chiquito evaluate runs/first --folds 5 --out runs/folds',
  ])
}

/** Of what only trains, and how it is given. */
const training = {
  repeats: '--repeats',
  out: '--out',
  recipe: '--recipe',
  seed: '--seed',
  size: '--size',
  fineTune: '--fine-tune',
  epochs: '--epochs',
  coverage: '--coverage',
  background: '--background',
  resume: '--resume',
  checkpointSeconds: '--checkpoint-seconds',
  overwrite: '--overwrite',
  backbone: '--backbone',
  preprocessing: '--mean, --std, --channels or --range',
  queue: '--queue',
  store: '--store',
} as const

/** A finished model has its settings. @throws `usage` */
function refuseWithoutFolds(
  options: Partial<Record<keyof typeof training, unknown>> & { cache: boolean },
): void {
  const name = (Object.keys(training) as (keyof typeof training)[]).find(key => options[key] !== undefined)
  if (name === undefined && options.cache) return
  throw new ChiquitoError(
    'usage',
    `${name === undefined ? '--no-cache' : training[name]} has no effect without --folds: a finished model is measured as it is. Leave it out, or ` +
      'give --folds 5 to train and measure by cross-validation.',
  )
}
