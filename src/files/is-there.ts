import { stat } from 'node:fs/promises'

/** Whether something lies at a path, as far as this user may see; links are followed. */
export async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}
