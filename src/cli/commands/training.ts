import { Option } from '@commander-js/extra-typings'
import { decimal, integer, time } from '../options.js'

// Options of the commands that train a classifier, each to be spread into `option`. (A function that added them all to any command
// would cost the type checker gigabytes.)

export const recipeOption = ['--recipe <name>', 'auto, or fastai-2018, the article (auto)'] as const

export const seedOption = [
  '--seed <n>',
  'what everything random starts from (0)',
  integer('--seed', { min: 0 }),
] as const

export const sizeOption = [
  '--size <pixels>',
  'side of what the network sees',
  integer('--size', { min: 32, max: 1024 }),
] as const

export const fineTuneOption = new Option(
  '--fine-tune <when>',
  'auto: the last layers where cross-validation finds that it pays; always: all layers; never: the head alone (default: auto)',
).choices(['auto', 'always', 'never'] as const)

export const epochsOption = [
  '--epochs <n>',
  'of fine-tuning with recipe auto',
  integer('--epochs', { min: 1, max: 1000 }),
] as const

export const coverageOption = [
  '--coverage <part>',
  'part of the photos of its classes that the model answers; what is less like them is "neither" (0.95)',
  decimal('--coverage', { min: 0.5, max: 0.999 }),
] as const

export const backgroundOption = [
  '--background <folder>',
  'photos of other things, which are no class: the model learns to answer them with "neither"',
] as const

export const budgetOption = [
  '--budget <time>',
  'take the best that fits into 30s, 2min or 1h; what fits depends on the machine, so the same seed may give another model',
  time('--budget'),
] as const

export const checkpointOption = [
  '--checkpoint-seconds <seconds>',
  'how often to keep where training stands, beside the end of epochs (30)',
  decimal('--checkpoint-seconds', { min: 0, max: 86400 }),
] as const

export const noCacheOption = ['--no-cache', 'neither use nor keep features on disk'] as const
