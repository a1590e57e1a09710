import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

/** What decides where caches lie; the running system's own unless a test says otherwise. */
export interface CacheSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly home: string
}

/**
 * The folder for what can be computed or downloaded again: `CHIQUITO_CACHE` when set, else the place the system keeps
 * for caches (XDG base directories on Linux, `~/Library/Caches` on macOS, `LOCALAPPDATA` on Windows). It may not exist.
 */
export function cacheFolder(
  { env, platform, home }: CacheSurroundings = {
    env: process.env,
    platform: process.platform,
    home: homedir(),
  },
): string {
  if (env.CHIQUITO_CACHE) return resolve(env.CHIQUITO_CACHE)
  if (platform === 'win32')
    return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'chiquito', 'Cache')
  if (env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME)) return join(env.XDG_CACHE_HOME, 'chiquito')
  return platform === 'darwin'
    ? join(home, 'Library', 'Caches', 'chiquito')
    : join(home, '.cache', 'chiquito')
}
