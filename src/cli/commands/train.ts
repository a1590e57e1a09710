import type { Command } from '@commander-js/extra-typings'
import type { TrainResult } from '../../actions/train.js'
import type { TrainFoldsResult } from '../../actions/train-folds.js'
import { decimal } from '../options.js'
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
  budgetOption,
  checkpointOption,
  coverageOption,
  epochsOption,
  fineTuneOption,
  noCacheOption,
  recipeOption,
  seedOption,
  sizeOption,
} from './training.js'

/** `chiquito train`: everything from a folder of photos to a model and a report. */
export function registerTrain(program: Command, shell: Shell): void {
  const command = addDeviceOptions(
    addBackboneOptions(
      addDataOptions(
        program
          .command('train')
          .description('train a classifier on a folder of photos: a model, a report, figures')
          .argument('<data>', 'folder of photos: class folders, or train/ and valid/ with class folders')
          .requiredOption('--out <run>', 'folder to write the run into')
          .option(...recipeOption)
          .option(...seedOption)
          .option(...sizeOption)
          .addOption(fineTuneOption)
          .option(...epochsOption)
          .option(...budgetOption)
          .option(...coverageOption)
          .option(...backgroundOption)
          .option(
            '--valid-fraction <part>',
            'part of each class to measure on, where no valid/ folder says it (0.2)',
            decimal('--valid-fraction', { min: 0.01, max: 0.9 }),
          )
          .option(
            '--folds <tables>',
            'what split --folds wrote: trains on each and measures every photo once; or one of its tables',
          )
          .option('--resume', 'go on with a run that was cut off, with its own settings')
          .option(...checkpointOption)
          .option(...queueOption)
          .option(...storeOption)
          .option('--overwrite', 'replace a finished run')
          .option(...noCacheOption),
      ),
    ),
  ).action((data, options) =>
    shell.run(async work => {
      const { folds, ...rest } = { ...splitPreprocessing(options), ...work, data }
      if (folds !== undefined) {
        const { trainOnFolds } = await import('../../actions/train-folds.js')
        return outcome(await trainOnFolds({ ...rest, folds }))
      }
      const { train } = await import('../../actions/train.js')
      return outcome(await train(rest))
    }),
  )
  addExamples(command, [
    'chiquito train photos --out runs/first',
    'chiquito train photos --out runs/quick --budget 30s',
    'chiquito train photos --out runs/first --background other-things',
    'chiquito train photos --folds folds --out runs/folds',
    'chiquito train photos --out runs/article --recipe fastai-2018 --seed 3',
    'chiquito train photos --out runs/large --backbone efficientnet-lite2=weights.pth',
    'chiquito train photos --out runs/own --backbone mine.onnx --mean 0.5,0.5,0.5 --std 0.5,0.5,0.5',
  ])
}

/** One run, or those of all folds. */
function outcome({ summary, ...result }: TrainResult | TrainFoldsResult) {
  const model = 'model' in result ? `model   ${result.model}\ncard    ${result.card}\n` : ''
  const text = `${summary}\n${model}report  ${result.report}\nin ${result.seconds.toFixed(1)} s\n`
  return { json: result, text }
}
