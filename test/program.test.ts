// The command line in few files (scripts/build-program.mjs).
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { programs } from '../scripts/build-program.mjs'

const root = path.dirname(import.meta.dirname)
const folder = path.join(root, 'dist/program')
const chunks = readdirSync(folder).filter(name => name.endsWith('.js'))
const textOf = (name: string) => readFileSync(path.join(folder, name), 'utf8')

/** Imported, too, by whoever does jobs in its own process. */
const shared = 'kinds'

describe('the packed program', () => {
  it('has beside it every program that the sources start', () => {
    const sources = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
    const started = sources
      .filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .flatMap(name => {
        const text = readFileSync(path.join(root, 'src', name), 'utf8')
        return [
          ...text.matchAll(/new URL\('\.\/([\w-]+)\.js', import\.meta\.url\)|programBeside\('([\w-]+)'\)/g),
        ]
      })
      .map(([, file, name]) => file ?? name)
    expect(['main', ...started].sort()).toEqual(Object.keys(programs).sort())
    expect(chunks).toEqual(expect.arrayContaining(Object.keys(programs).map(name => `${name}.js`)))
  })

  it.each(Object.entries(programs).filter(([name]) => name !== shared))(
    'begins %s where it is started, and nowhere else',
    (name, source) => {
      const holders = chunks.filter(chunk => textOf(chunk).includes(`// dist/${source}\n`))
      expect(holders).toEqual([`${name}.js`])
      const importers = chunks.filter(chunk =>
        new RegExp(`(from|import\\(?) ?"\\./${name}\\.js"`).test(textOf(chunk)),
      )
      expect(importers).toEqual([])
    },
  )

  it('names the licence of every package that came along', () => {
    const told = textOf('LICENSES.txt')
    const packages = chunks.flatMap(chunk =>
      [...textOf(chunk).matchAll(/^\/\/ (?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)/gm)].map(
        ([, name]) => name,
      ),
    )
    expect(packages).toContain('zod')
    const missing = [...new Set(packages)].filter(name => !told.includes(`\n${name} `))
    expect(missing).toEqual([])
  })
})
