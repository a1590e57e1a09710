import { ChiquitoError } from '../../core/index.js'

/** Whether the photo is to blame: it cannot be read, or is not what it was. */
export function isPhotosFault(error: unknown): error is ChiquitoError {
  return error instanceof ChiquitoError && (error.code === 'image' || error.code === 'data')
}

/** The error for a photo that could be read when training began, and cannot any more. */
export function lostMeanwhile(error: ChiquitoError): ChiquitoError {
  const message = `${error.message} It could be read when training began: restore it and go on with --resume, or train again.`
  return new ChiquitoError(error.code, message, { cause: error })
}
