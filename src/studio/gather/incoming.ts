import { randomBytes } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ioError, makeFolder } from '../../files/index.js'
import { type Ask, receiving } from '../http/index.js'
import type { Workspace } from '../workspace.js'

/** Where files arrive: a kill leaves what came half there, and never among the photos. */
export function incomingFolder({ home }: Pick<Workspace, 'home'>): string {
  return join(home, 'incoming')
}

/** Removes what an earlier studio was killed in the middle of; the page sends it again. */
export async function clearIncoming(workspace: Workspace): Promise<void> {
  await rm(incomingFolder(workspace), { recursive: true, force: true })
}

/**
 * Writes a request's body to a file as it comes, whatever its size below the limit, without holding it in memory.
 *
 * @returns the file's path; it is the caller's from then on
 * @throws ProblemError `too-large`, `unsupported-type`; `GoneError`; `io`
 */
export async function receiveFile(c: Ask, workspace: Workspace, most: number): Promise<string> {
  const folder = incomingFolder(workspace)
  await makeFolder(folder)
  const path = join(folder, randomBytes(8).toString('hex'))
  const refused = (error: unknown): never => {
    throw ioError(error, 'write', path)
  }
  const file = await open(path, 'wx', 0o600).catch(refused)
  try {
    for await (const chunk of receiving(c, most)) await file.writeFile(chunk).catch(refused)
    await file.sync().catch(refused)
    return path
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    await file.close()
  }
}
