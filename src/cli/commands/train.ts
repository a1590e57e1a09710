import { type Command, Option } from '@commander-js/extra-typings'
import type { TrainResult } from '../../actions/train.js'
import type { TrainFoldsResult } from '../../actions/train-folds.js'
import { decimal, integer } from '../options.js'
import { addExamples } from '../program.js'
import type { Shell } from '../shell.js'
import { addBackboneOptions, addDataOptions, addDeviceOptions, splitPreprocessing } from './shared.js'

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
          .option('--recipe <name>', 'auto, or fastai-2018, the article (auto)')
          .option('--seed <n>', 'what everything random starts from (0)', integer('--seed', { min: 0 }))
          .option(
            '--size <pixels>',
            'side of what the network sees',
            integer('--size', { min: 32, max: 1024 }),
          )
          .addOption(
            new Option(
              '--fine-tune <when>',
              'auto: the last layers where cross-validation finds that it pays; always: all layers; never: the head alone (default: auto)',
            ).choices(['auto', 'always', 'never'] as const),
          )
          .option(
            '--epochs <n>',
            'of fine-tuning with recipe auto',
            integer('--epochs', { min: 1, max: 1000 }),
          )
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
          .option(
            '--checkpoint-seconds <seconds>',
            'how often to keep where training stands, beside the end of epochs (30)',
            decimal('--checkpoint-seconds', { min: 0, max: 86400 }),
          )
          .option('--overwrite', 'replace a finished run')
          .option('--no-cache', 'neither use nor keep features on disk'),
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
    'chiquito train photos --folds folds --out runs/folds',
    'chiquito train photos --out runs/article --recipe fastai-2018 --seed 3',
    'chiquito train photos --out runs/large --backbone efficientnet-lite2=weights.pth',
    'chiquito train photos --out runs/own --backbone mine.onnx --mean 0.5,0.5,0.5 --std 0.5,0.5,0.5',
  ])
}

/** One run, or those of all folds. */
function outcome({ summary, ...result }: TrainResult | TrainFoldsResult) {
  const model = 'model' in result ? `model   ${result.model}\n` : ''
  const text = `${summary}\n${model}report  ${result.report}\nin ${result.seconds.toFixed(1)} s\n`
  return { json: result, text }
}
