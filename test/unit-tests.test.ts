// Tests of single modules share what one of them has loaded: none may change it for the next.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { apart, units } from '../vitest.config.js'

const root = path.dirname(import.meta.dirname)

/** Other modules in the place of ours, or an environment that is changed: what is loaded afterwards would see it. */
const CHANGES =
  /\bvi\.(mock|doMock|resetModules|stubGlobal|stubEnv)\(|\bprocess\.env(\.\w+|\[[^\]]+\]) ??=[^=]/

it('tests of single modules that change what others would share stand apart in vitest.config.ts', () => {
  const folders = units.map(pattern => pattern.slice(0, pattern.indexOf('/')))
  const files = folders.flatMap(folder =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.test.ts'))
      .map(name => path.posix.join(folder, name.replaceAll(path.sep, '/'))),
  )
  const changing = files.filter(file => CHANGES.test(readFileSync(path.join(root, file), 'utf8')))
  expect(apart.toSorted()).toEqual(changing.toSorted())
})
