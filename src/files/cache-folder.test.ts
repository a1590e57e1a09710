import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cacheFolder } from './index.js'

const home = join('/', 'home', 'ana')

describe('cacheFolder', () => {
  it.each<[NodeJS.Platform, Record<string, string>, string]>([
    ['linux', {}, join(home, '.cache', 'chiquito')],
    ['linux', { XDG_CACHE_HOME: join('/', 'fast') }, join('/', 'fast', 'chiquito')],
    ['linux', { XDG_CACHE_HOME: 'relative' }, join(home, '.cache', 'chiquito')],
    ['linux', { XDG_CACHE_HOME: join('/', 'fast'), CHIQUITO_CACHE: 'here' }, resolve('here')],
    ['darwin', {}, join(home, 'Library', 'Caches', 'chiquito')],
    ['darwin', { CHIQUITO_CACHE: '' }, join(home, 'Library', 'Caches', 'chiquito')],
    ['win32', {}, join(home, 'AppData', 'Local', 'chiquito', 'Cache')],
    ['win32', { LOCALAPPDATA: join('/', 'local') }, join('/', 'local', 'chiquito', 'Cache')],
  ])('on %s with %j is %s', (platform, env, expected) => {
    expect(cacheFolder({ platform, env, home })).toBe(expected)
  })
})
