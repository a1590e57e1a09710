import { availableParallelism } from 'node:os'
import { commandName, shellPath, shellWord } from '../core/index.js'
import type { TrainOptions } from './train-options.js'

/** The command that makes the same run again. */
export function repeatCommand(options: TrainOptions): string {
  const { data, out, recipe, backbone, seed, size, fineTune, epochs, coverage, validFraction } = options
  const { mean, std, channels, range } = options.preprocessing ?? {}
  const links = options.followLinks ? ' --follow-links' : ''
  const flags = Object.entries({
    recipe,
    backbone,
    mean,
    std,
    channels,
    range,
    seed,
    size,
    'fine-tune': fineTune,
    epochs,
    budget: options.budget === undefined ? undefined : `${options.budget}s`,
    coverage,
    'valid-fraction': validFraction,
    background: options.background,
    folds: options.manifest,
    'labels-from': options.labelsFrom,
  })
    .filter(([, value]) => value !== undefined)
    .map(
      ([name, value]) => ` --${name} ${isPath(name) ? shellPath(String(value)) : shellWord(String(value))}`,
    )
  return `${commandName()} train ${shellPath(data)} --out ${shellPath(out)}${flags.join('')}${links}`
}

/** What the run was made on. */
export function machine(): string {
  return `${process.platform} ${process.arch}, ${availableParallelism()} processors`
}

function isPath(option: string): boolean {
  return option === 'folds' || option === 'background'
}
