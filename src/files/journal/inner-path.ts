import { lstat, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { ChiquitoError } from '../../core/index.js'
import { errorCode, ioError } from '../io-error.js'

/** What may not stand in a step of a path: on Windows these lead elsewhere. */
const forbidden = process.platform === 'win32' ? /[\0\\:]/ : /\0/

/** Whether a text is a path below some folder: relative, with `/`, without steps up. */
export function isInnerPath(path: string): boolean {
  return path.split('/').every(step => step !== '' && step !== '.' && step !== '..' && !forbidden.test(step))
}

/** A folder whose files are reached by paths below it that pass through no link, whatever is written anywhere. */
export class InnerFolder {
  private constructor(
    /** Absolute, without links. */
    readonly root: string,
  ) {}

  /** @throws `io`; `data` for a file */
  static async open(folder: string): Promise<InnerFolder> {
    try {
      const root = await realpath(folder)
      if (!(await lstat(root)).isDirectory())
        throw new ChiquitoError('data', `"${folder}" is a file. Give the folder with the photos.`)
      return new InnerFolder(root)
    } catch (error) {
      throw ioError(error, 'open the folder', folder)
    }
  }

  /**
   * The absolute path of a file that is there, or may be made.
   *
   * @throws `data` where the path leads out, or passes through a link or a file; `io`
   */
  async at(path: string): Promise<string> {
    if (!isInnerPath(path))
      throw new ChiquitoError(
        'data',
        `"${path}" is no path below "${this.root}": nothing outside is touched.`,
      )
    const steps = path.split('/')
    let folder = this.root
    for (const step of steps.slice(0, -1)) {
      folder = join(folder, step)
      const kind = await kindOf(folder)
      if (kind === 'nothing') break
      if (kind !== 'folder')
        throw new ChiquitoError(
          'data',
          `"${path}" passes through ${kind === 'file' ? 'a file' : 'a link'}, "${folder}": only what lies in the folder ` +
            'itself is touched.',
        )
    }
    return join(this.root, ...steps)
  }
}

/** What is at a path, without following a link there. @throws `io` */
export async function kindOf(path: string): Promise<'file' | 'folder' | 'other' | 'nothing'> {
  try {
    const info = await lstat(path)
    return info.isFile() ? 'file' : info.isDirectory() ? 'folder' : 'other'
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return 'nothing'
    throw ioError(error, 'look at', path)
  }
}
