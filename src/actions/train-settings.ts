import path from 'node:path'
import { argumentError, ChiquitoError } from '../core/index.js'
import { checkCoverage, fineTunes } from '../train/index.js'
import { checkEngineChoice } from './engine-choice.js'
import { trainFlags } from './train-flags.js'
import type { TrainOptions } from './train-options.js'
import { USUAL_BACKBONE } from './usual-backbone.js'

/** More epochs than this are a mistake in the unit. */
const mostEpochs = 1000

/** What is trained where nobody says otherwise. */
export function withDefaults(options: TrainOptions) {
  const { recipe = 'auto', backbone = USUAL_BACKBONE, seed = 0 } = options
  return { ...options, recipe, backbone, seed }
}

/**
 * Refuses what is out of range, and options that could have no effect beside the others: whoever gives one expects
 * something of it.
 *
 * @throws `usage`
 */
export function checkSettings(options: TrainOptions, notice: (message: string) => void): void {
  const { fineTune, epochs, recipe, backbone, preprocessing, checkpointSeconds, resume, overwrite } = options
  if (options.coverage !== undefined) checkCoverage(options.coverage)
  if (fineTune !== undefined && !fineTunes.includes(fineTune))
    throw argumentError('fineTune', fineTunes.join(' or '), fineTune)
  if (epochs !== undefined && !(Number.isInteger(epochs) && epochs >= 1 && epochs <= mostEpochs))
    throw argumentError('epochs', `a whole number from 1 to ${mostEpochs}`, epochs)
  if (options.budget !== undefined) checkBudget(options.budget, options)
  checkEngineChoice(options)
  if (options.queue !== undefined && options.budget !== undefined)
    throw withoutEffect('--budget', '--queue', 'what fits into it depends on who is at work')
  if (resume && overwrite)
    throw new ChiquitoError(
      'usage',
      '--resume goes on with a run, --overwrite replaces it. Leave one of them out.',
    )
  if (preprocessing && !resume && !backbone?.toLowerCase().endsWith('.onnx'))
    throw new ChiquitoError(
      'usage',
      `--mean, --std, --channels and --range have no effect without an .onnx file as --backbone: the networks known by ` +
        'name say themselves how photos are prepared. Leave them out.',
    )
  const isArticle = recipe === 'fastai-2018'
  if (epochs !== undefined && isArticle)
    throw withoutEffect('--epochs', '--recipe fastai-2018', 'its epochs are those of the article')
  if (epochs !== undefined && fineTune === 'never')
    throw withoutEffect(
      '--epochs',
      '--fine-tune never',
      'only the head learns, and it is solved, not stepped',
    )
  if (checkpointSeconds !== undefined && fineTune === 'never' && !isArticle)
    throw withoutEffect('--checkpoint-seconds', '--fine-tune never', 'there are no epochs to be cut off in')
  if (isArticle && fineTune !== undefined && fineTune !== 'never')
    notice(
      `--fine-tune ${fineTune} changes nothing: --recipe fastai-2018 ends with all layers, as the article did.`,
    )
}

/** @throws `usage` */
export function checkBudget(budget: number, { recipe, fineTune }: TrainOptions): void {
  if (!(Number.isFinite(budget) && budget > 0))
    throw argumentError('budget', 'a number of seconds, more than 0', budget)
  if (recipe === 'fastai-2018')
    throw withoutEffect('--budget', '--recipe fastai-2018', 'its stages are those of the article')
  if (fineTune === 'always')
    throw withoutEffect(
      '--budget',
      '--fine-tune always',
      'all layers are to learn, however long that takes; --fine-tune auto fine-tunes where it pays and fits',
    )
}

function withoutEffect(option: string, beside: string, why: string): ChiquitoError {
  return new ChiquitoError('usage', `${option} has no effect with ${beside}: ${why}. Leave one of them out.`)
}

/** What a run keeps of its settings, and goes on with. */
const kept = [
  'recipe',
  'seed',
  'backbone',
  'size',
  'fineTune',
  'epochs',
  'coverage',
  'validFraction',
  'followLinks',
  'labelsFrom',
] as const
const keptPlaces = ['manifest', 'background'] as const

/**
 * A run is gone on with as it began. The same command as then is fine; other settings are not obeyed, so they are refused.
 *
 * @param own - the settings of the run
 * @throws `usage`
 */
export function requireSameSettings(given: TrainOptions, own: Omit<TrainOptions, 'data' | 'out'>): void {
  for (const name of kept) requireSame(trainFlags[name], given[name], own[name])
  requireSame('--mean, --std, --channels and --range', given.preprocessing, own.preprocessing)
  for (const name of keptPlaces) {
    const place = given[name]
    requireSame(trainFlags[name], place && path.resolve(place), own[name])
  }
}

function requireSame(option: string, given: unknown, own: unknown): void {
  if (given === undefined || JSON.stringify(given) === JSON.stringify(own)) return
  const was = own === undefined ? 'it began without that option' : `it began with ${JSON.stringify(own)}`
  throw new ChiquitoError(
    'usage',
    `--resume goes on with the run's own settings: ${option} cannot be ${JSON.stringify(given)} now, ${was}. ` +
      'Leave the option out, or train again without --resume.',
  )
}
