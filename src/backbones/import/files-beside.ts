import { readFile, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { ChiquitoError } from '../../core/index.js'
import { ioError } from '../../files/index.js'
import { type ExternalFiles, externalLocations, isPlainName } from '../../onnx/index.js'

/** One file is what exporters write; a few are what tools that split large networks write. */
const MAX_FILES = 64

/**
 * Reads the files beside an .onnx file that hold its weights, as PyTorch writes them by default (`net.onnx.data`): plain
 * names in the same folder only. Links are followed where they lead to that folder, or to the one that the .onnx file's own link leads to
 * (the Hugging Face cache keeps all files so).
 *
 * @param limit bytes in all.
 * @throws ChiquitoError `model` for another place, a file that is not there, or too much of it; `io` where one cannot be read.
 */
export async function filesBeside(file: string, bytes: Uint8Array, limit: number): Promise<ExternalFiles> {
  const locations = externalLocations(bytes)
  const refuse = (what: string) => new ChiquitoError('model', `${file} keeps weights in ${what}`)
  if (locations.length > MAX_FILES)
    throw refuse(
      `${locations.length} other files; at most ${MAX_FILES} are read. Save the model as one file.`,
    )
  const found = new Map<string, Uint8Array>()
  let left = limit - bytes.byteLength
  for (const location of locations) {
    if (!isPlainName(location))
      throw refuse(
        `another place (${location}); only files beside it are read. Save the model as one file (onnx.save_model).`,
      )
    const beside = path.join(path.dirname(file), location)
    const size = await sizeOf(file, beside, location)
    if (size === undefined)
      throw refuse(
        `${location}, which does not lie beside it. Put that file there, or export the network as one file (torch.onnx.export with external_data=False).`,
      )
    left -= size
    if (left < 0) throw refuse(`${location}, ${size} bytes; at most ${limit} are read in all.`)
    found.set(location, await contentOf(beside))
  }
  return found
}

/** Undefined where there is no such file in a folder that is allowed. */
async function sizeOf(file: string, beside: string, location: string): Promise<number | undefined> {
  try {
    const info = await stat(beside)
    if (!info.isFile()) throw new ChiquitoError('model', `${beside} is no file; ${file} keeps weights in it.`)
    const folders = await Promise.all([realpath(path.dirname(file)), realpath(file).then(path.dirname)])
    if (folders.includes(path.dirname(await realpath(beside)))) return info.size
    throw new ChiquitoError(
      'model',
      `${file} keeps weights in ${location}, a link to another folder; only files beside it are read. Put a copy there.`,
    )
  } catch (error) {
    if (error instanceof ChiquitoError) throw error
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw unreadable(beside, error)
  }
}

async function contentOf(beside: string): Promise<Uint8Array> {
  try {
    return await readFile(beside)
  } catch (error) {
    throw unreadable(beside, error)
  }
}

function unreadable(beside: string, error: unknown): ChiquitoError {
  return ioError(error, 'read the weights', beside)
}
