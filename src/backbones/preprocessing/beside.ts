import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import { ChiquitoError, messageOf } from '../../core/index.js'
import { errorCode } from '../../files/index.js'
import { type ConfigFinding, configFinding } from './configs.js'

/** Files of transformers, OpenCLIP and timm that say how photos are prepared. */
const names = [
  'preprocessor_config.json',
  'processor_config.json',
  'open_clip_config.json',
  'config.json',
] as const

/** Other programs use this name, too: what cannot be read is not ours to judge. */
const common: string = 'config.json'

/** Largest configuration read; one with the names of 22,000 classes takes 1.5 MB. */
const MAX_CONFIG_BYTES = 8 * 2 ** 20

/**
 * What lies beside a network's file, or, as in the folders of transformers.js (`onnx/model.onnx`), one folder up.
 *
 * @throws ChiquitoError `model` for a file that says what cannot be, `io` for one that cannot be read.
 */
export async function findingsBeside(file: string): Promise<ConfigFinding[]> {
  const folder = path.dirname(path.resolve(file))
  const folders = path.basename(folder).toLowerCase() === 'onnx' ? [folder, path.dirname(folder)] : [folder]
  for (const one of folders) {
    const found: ConfigFinding[] = []
    for (const name of names) {
      const finding = await findingIn(path.join(one, name), name)
      if (finding) found.push(finding)
    }
    if (found.length > 0) return found
  }
  return []
}

async function findingIn(file: string, name: string): Promise<ConfigFinding | undefined> {
  const text = await textOf(file)
  if (text === undefined) return undefined
  try {
    return configFinding(JSON.parse(text), name)
  } catch (error) {
    if (error instanceof ChiquitoError) throw error
    if (name === common) return undefined
    throw new ChiquitoError(
      'model',
      `"${file}" is not JSON (${messageOf(error)}). Mend it or take it away.`,
      {
        cause: error,
      },
    )
  }
}

/** A file's text; undefined where there is none, or it is a folder, a device or a pipe. */
async function textOf(file: string): Promise<string | undefined> {
  try {
    // Without waiting for the other end where it is a pipe.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const info = await handle.stat()
      if (!info.isFile()) return undefined
      if (info.size > MAX_CONFIG_BYTES)
        throw new ChiquitoError(
          'model',
          `"${file}" has ${info.size} bytes; a configuration has at most ${MAX_CONFIG_BYTES}. Take it away, or say how photos are prepared.`,
        )
      const bytes = Buffer.alloc(info.size)
      const { bytesRead } = await handle.read(bytes, 0, info.size, 0)
      return bytes
        .subarray(0, bytesRead)
        .toString('utf8')
        .replace(/^\uFEFF/, '')
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (error instanceof ChiquitoError) throw error
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(errorCode(error) ?? '')) return undefined
    throw new ChiquitoError(
      'io',
      `"${file}" cannot be read: ${messageOf(error)}. It may say how photos are prepared.`,
      {
        cause: error,
      },
    )
  }
}
