import { readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { ChiquitoError } from '../core/index.js'
import { replaceFile, requireWritable, temporaryPath, writeFileAtomic } from './atomic.js'
import { errorCode, ioError } from './io-error.js'
import { makeFolder } from './make-folder.js'
import { hasMark, markOutput } from './own-output.js'

/**
 * Says before the work begins that a folder of files cannot be put there: it has to be new, empty but for hidden files, or, with
 * `overwrite`, one of the same kind or a clone of git, which keeps what is replaced.
 *
 * @param kind - as `markOutput` wrote it
 * @throws `usage`, `io`
 */
export async function requireFreeFolder(out: string, kind: string, overwrite: boolean): Promise<void> {
  const folder = resolve(out)
  const shown = await shownIn(out, '--out')
  if (shown.length > 0) {
    const isOwn = await hasMark(folder, kind)
    const isClone = (await stat(join(folder, '.git')).catch(() => undefined)) !== undefined
    if (!isOwn && !isClone)
      throw new ChiquitoError(
        'usage',
        `"${out}" holds other things, such as "${shown[0]}". Give a new or empty folder for --out.`,
      )
    if (!overwrite)
      throw new ChiquitoError(
        'usage',
        isOwn
          ? `"${out}" was exported to already. Give another folder, or --overwrite to replace what is there.`
          : `"${out}" holds files, such as "${shown[0]}". Give another folder, or --overwrite to replace those of the same names: git keeps them.`,
      )
  }
  await requireWritable(join(folder, 'a file'), { parents: true })
}

/**
 * Says before the work begins that files cannot be added to a folder: it has to be new, empty but for hidden files, or one of the
 * same kind.
 *
 * @param kind - as `markOutput` writes it
 * @param option - by which it is given, for messages: `--explain`
 * @throws `usage`, `io`
 */
export async function requireOwnFolder(out: string, kind: string, option: string): Promise<void> {
  const [first] = await shownIn(out, option)
  if (first !== undefined && !(await hasMark(resolve(out), kind)))
    throw new ChiquitoError(
      'usage',
      `"${out}" holds other things, such as "${first}". Give a new or empty folder for ${option}.`,
    )
  await requireWritable(join(resolve(out), 'a file'), { parents: true })
}

/** What is in a folder and not hidden; nothing where there is none. */
async function shownIn(out: string, option: string): Promise<string[]> {
  const folder = resolve(out)
  const names = await readdir(folder).catch(error => {
    if (errorCode(error) === 'ENOENT') return []
    if (errorCode(error) === 'ENOTDIR')
      throw new ChiquitoError('usage', `"${out}" is a file. Give a folder for ${option}.`)
    throw ioError(error, 'read the folder', folder)
  })
  return names.filter(name => !name.startsWith('.'))
}

/**
 * Writes a folder of files, marked as this program's: a new one appears whole or not at all. In one that is there already each file is
 * put in the place of the old one when all are on the disk, and what is there beside them stays.
 *
 * @param files - contents by path, with `/`
 * @throws `io`
 */
export async function writeFolder(
  out: string,
  kind: string,
  files: ReadonlyMap<string, string | Uint8Array>,
): Promise<void> {
  const folder = resolve(out)
  const isThere = (await stat(folder).catch(() => undefined)) !== undefined
  await makeFolder(dirname(folder))
  const aside = temporaryPath(isThere ? join(folder, 'files') : folder)
  try {
    for (const [name, content] of files) {
      await makeFolder(dirname(join(aside, name)))
      await writeFileAtomic(join(aside, name), content)
    }
    await markOutput(aside, kind)
    if (isThere) await moveInto(aside, folder)
    else await rename(aside, folder)
  } catch (error) {
    throw ioError(error, 'write the folder', folder)
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
}

async function moveInto(from: string, folder: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const target = join(folder, entry.name)
    if (entry.isDirectory()) {
      await makeFolder(target)
      await moveInto(join(from, entry.name), target)
    } else await replaceFile(join(from, entry.name), target)
  }
}
