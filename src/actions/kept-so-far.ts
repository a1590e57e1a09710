import { ChiquitoError, messageOf } from '../core/index.js'

/** The error of work that was stopped, or that a disk or network ended, with how to go on; any other as it is. */
export function keptSoFar(error: unknown, goOn: string): unknown {
  if (!(error instanceof ChiquitoError) || !['interrupted', 'io'].includes(error.code)) return error
  return new ChiquitoError(error.code, `${messageOf(error)} ${goOn}`, { cause: error })
}
