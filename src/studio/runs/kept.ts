import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import type { z } from 'zod'
import { errorCode, ioError, makeFolder, writeFileAtomic } from '../../files/index.js'

/** Which model file something was worked out with: another one makes it worthless. */
export async function modelMark(run: string): Promise<string | undefined> {
  const file = path.join(run, 'model.onnx')
  try {
    const { size, mtimeMs } = await stat(file)
    return `${size}-${Math.round(mtimeMs)}`
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw ioError(error, 'read', file)
  }
}

/** What was worked out and kept as JSON; undefined where there is none, or it is damaged, which is no loss. @throws `io` */
export async function readKept<T>(file: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    return schema.safeParse(JSON.parse(await readFile(file, 'utf8'))).data
  } catch (error) {
    if (error instanceof SyntaxError || errorCode(error) === 'ENOENT') return undefined
    throw ioError(error, 'read', file)
  }
}

export async function keep(file: string, value: object): Promise<void> {
  await makeFolder(path.dirname(file))
  await writeFileAtomic(file, JSON.stringify(value))
}
