import { createHash } from 'node:crypto'
import { copyFile, readFile, readlink, rename, rm, stat, symlink } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import {
  errorCode,
  ioError,
  makeFolder,
  replaceFile,
  sha256Pattern,
  temporaryPath,
  writeFileAtomic,
} from '../../files/index.js'
import type { HubFile, HubSettings } from './settings.js'

// The layout is the Hub's own, shared with its tools in every language:
//   models--OWNER--NAME/refs/REVISION              the commit that a branch or tag was at
//   models--OWNER--NAME/blobs/SHA-256              the bytes
//   models--OWNER--NAME/snapshots/COMMIT/FILE  ->  ../../blobs/SHA-256
// https://huggingface.co/docs/hub/local-cache

export const commitPattern = /^[0-9a-f]{40}$/

/** A file of the Hub that is on this machine. */
export interface CachedFile {
  readonly path: string
  /** What its bytes should be, in hex, where the cache or the registry says so. */
  readonly sha256: string | undefined
}

/** Where one file of the Hub lies in the cache. */
export class HubCache {
  private readonly folder: string

  constructor(
    private readonly settings: HubSettings,
    private readonly file: HubFile,
  ) {
    this.folder = join(settings.cache, folderName(file))
  }

  /** Two processes that fetch the same file take turns by this. The Hub's tools keep theirs in the same folder. */
  lockOf(sha256: string): string {
    return join(this.settings.cache, '.locks', folderName(this.file), `${sha256}.chiquito`)
  }

  blob(sha256: string): string {
    return join(this.folder, 'blobs', sha256)
  }

  /** The file as of the revision wanted, as it was when that was last looked up. */
  async find(): Promise<CachedFile | undefined> {
    const { revision = 'main' } = this.file
    const commit = commitPattern.test(revision) ? revision : await this.readRef(revision)
    return commit === undefined ? undefined : this.at(commit)
  }

  /** The file as of a commit. */
  async at(commit: string): Promise<CachedFile | undefined> {
    const path = this.pointer(commit)
    if (!(await sizeOf(path))) return undefined
    // One step only: a blob may itself be a link into a store that several repositories share.
    const blob = basename(await readlink(path).catch(() => ''))
    return { path, sha256: this.file.sha256 ?? (sha256Pattern.test(blob) ? blob : undefined) }
  }

  /** Whether the bytes are here, and are what they should be. */
  async hasBlob(sha256: string, size: number): Promise<boolean> {
    const blob = this.blob(sha256)
    if ((await sizeOf(blob)) !== size) return false
    const hash = createHash('sha256').update(await readFile(blob))
    return hash.digest('hex') === sha256
  }

  /**
   * Makes a blob the file as of a commit, and the revision wanted that commit.
   *
   * @param isNew - whether the blob has come just now, so that no other commit has it
   * @throws `io`
   */
  async record(sha256: string, commit: string, isNew: boolean): Promise<void> {
    const path = this.pointer(commit)
    const { revision = 'main' } = this.file
    try {
      await makeFolder(dirname(path))
      await this.point(this.blob(sha256), path, isNew)
      if (revision === commit) return
      const ref = join(this.folder, 'refs', revision)
      await makeFolder(dirname(ref))
      await writeFileAtomic(ref, commit)
    } catch (error) {
      throw ioError(error, 'write', path)
    }
  }

  /** A relative link, so that the cache can be moved; where links are not to be had, the file itself. */
  private async point(blob: string, path: string, isNew: boolean): Promise<void> {
    const temporary = temporaryPath(path)
    try {
      if (this.settings.links) {
        try {
          await symlink(relative(dirname(path), blob), temporary)
          return await replaceFile(temporary, path)
        } catch (error) {
          if (!linkRefusals.has(errorCode(error) ?? '')) throw error
        }
      }
      await (isNew ? rename : copyFile)(blob, temporary)
      await replaceFile(temporary, path)
    } finally {
      await rm(temporary, { force: true })
    }
  }

  private pointer(commit: string): string {
    return join(this.folder, 'snapshots', commit, ...this.file.file.split('/'))
  }

  private async readRef(revision: string): Promise<string | undefined> {
    const text = await readFile(join(this.folder, 'refs', revision), 'utf8').catch(() => '')
    // What is in the file becomes part of a path.
    return commitPattern.test(text.trim()) ? text.trim() : undefined
  }
}

/** How file systems say that they have no links, and Windows that this person may not make any. */
const linkRefusals = new Set(['EPERM', 'EACCES', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EINVAL', 'UNKNOWN'])

function folderName({ repo }: HubFile): string {
  return ['models', ...repo.split('/')].join('--')
}

/** Bytes of a file, links followed; undefined when there is none. */
async function sizeOf(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() ? found.size : undefined
}
