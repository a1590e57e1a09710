import { availableParallelism } from 'node:os'
import { commandName, shellPath, shellWord } from '../core/index.js'
import { flagWords } from './train-flags.js'
import type { TrainOptions } from './train-options.js'

/** The command that makes the same run again. */
export function repeatCommand(options: TrainOptions): string {
  const { data, out, preprocessing } = options
  const flags = flagWords({ ...options, ...preprocessing }, (value, isPath) =>
    isPath ? shellPath(value) : shellWord(value),
  )
  return [`${commandName()} train ${shellPath(data)} --out ${shellPath(out)}`, ...flags].join(' ')
}

/** What the run was made on. */
export function machine(): string {
  return `${process.platform} ${process.arch}, ${availableParallelism()} processors`
}
