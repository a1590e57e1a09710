import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { refusalReasons } from '../src/collect/downloader/index.js'
import { nameProblems } from '../src/dataset/following/new-home.js'
import { PROPERTIES } from '../src/doctor/shortcuts/properties.js'
import { remedies } from '../src/files/io-error.js'
import { problemKinds } from '../src/serve/problem-kinds.js'
import { clean } from '../studio/places/clean/words.js'
import { gather } from '../studio/places/gather/words.js'
import { look } from '../studio/places/look/words.js'
import { ship } from '../studio/places/ship/words.js'
import { train } from '../studio/places/train/words.js'
import { shell } from '../studio/shell/words.js'
import { en } from '../studio/words/en.js'
import { es } from '../studio/words/es.js'
import { findingIn, knownFindings } from '../studio/words/findings.js'
import { operationIn, problemIn } from '../studio/words/problems.js'
import { knownSentences, saidIn } from '../studio/words/said.js'
import { spanish, taskIn } from '../studio/words/tasks.js'

const all = { shell, gather, clean, train, look, ship }

/** What a catalogue says, by key, such as `gather.sort.title`; functions are called with figures and names that show through. */
function saidBy(words: object, before = ''): [string, string][] {
  return Object.entries(words).flatMap(([key, entry]): [string, string][] => {
    const path = before === '' ? key : `${before}.${key}`
    if (typeof entry === 'string') return [[path, entry]]
    if (typeof entry !== 'function') return saidBy(entry, path)
    return [1, 2].map(count => {
      const values = Array.from({ length: entry.length }, () => count)
      return [`${path}(${count})`, String(entry(...values))]
    })
  })
}

describe('the studio’s catalogue', () => {
  const [english, spanish] = [new Map(saidBy(en)), new Map(saidBy(es))]

  it('has the same keys in both languages, none empty', () => {
    expect(english.size).toBeGreaterThan(150)
    expect([...spanish.keys()]).toEqual([...english.keys()])
    for (const [language, said] of [
      ['en', english],
      ['es', spanish],
    ] as const)
      for (const [key, text] of said) {
        expect(text.trim(), `${language}: ${key}`).not.toBe('')
        expect(text, `${language}: ${key}`).not.toMatch(/undefined|NaN|\[object/)
      }
  })

  it('says everything in each language’s own words, but for what is listed', () => {
    const listed = Object.entries(all).flatMap(([place, { same }]) => same.map(key => `${place}.${key}`))
    const equal = [...english].flatMap(([key, text]) => (spanish.get(key) === text ? [key] : []))
    const covers = (key: string) => (one: string) =>
      one === key || one.startsWith(`${key}.`) || one.startsWith(`${key}(`)
    expect(equal.filter(one => !listed.some(key => covers(key)(one)))).toEqual([])
    expect(
      listed.filter(key => !equal.some(covers(key))),
      'listed, but not the same',
    ).toEqual([])
  })

  it('is made of every place', () => {
    expect(Object.keys(en).toSorted()).toEqual(Object.keys(all).toSorted())
  })
})

/** The codes of the doctor's sentences, as the sources have them, with those that are put together from parts. */
function codesOfFindings(): string[] {
  const src = fileURLToPath(new URL('../src/doctor', import.meta.url))
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(file =>
    /^(checks|copies|shortcuts)\/[^.]+\.ts$/.test(file),
  )
  const codes = files.flatMap(file => {
    const text = readFileSync(path.join(src, file), 'utf8')
    return Array.from(text.matchAll(/\bsaid\(([^,)]*)/g), ([, first]) => first).flatMap(first =>
      Array.from(first.matchAll(/(?<!=== )'([a-z][a-z-]+)'/g), ([, code]) => code),
    )
  })
  const kinds = ['exact', 'near', 'mirrored', 'turned', 'part'].map(kind => `copy-${kind}`)
  return [...new Set([...codes, ...kinds, 'same-page', 'same-creator', 'same-person', ...problems])]
}

/** What can be wrong with a photo. */
const problems = ['no-photo', 'damaged', 'large', 'small']

/** The codes of errors that a page may be told, as the sources have them. */
function codesOfErrors(): string[] {
  const src = fileURLToPath(new URL('../src', import.meta.url))
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
    file => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.startsWith('doctor'),
  )
  const codes = files.flatMap(file =>
    Array.from(
      readFileSync(path.join(src, file), 'utf8').matchAll(/\bsaid\(\s*['`]([a-z-]+)/g),
      ([, code]) => code,
    ),
  )
  const kinds = Object.keys(nameProblems).map(kind => `class-name-${kind}`)
  const refusals = Object.keys(remedies).map(code => `io-${code}`)
  return [...new Set([...codes.filter(code => !code.endsWith('-')), ...kinds, ...refusals])]
}

describe('what the server and the doctor say', () => {
  it('has a Spanish sentence for every error that is told by a code, and for no other', () => {
    const codes = codesOfErrors()
    expect(codes).toEqual(expect.arrayContaining(['options', 'one-class', 'class-name-long', 'io-EACCES']))
    expect(codes.toSorted()).toEqual([...knownSentences].toSorted())
    for (const code of codes) {
      const text = saidIn('es', { code, values: ['name', 'b', 2] })
      expect(text, code).toMatch(/\.$|b$/)
      expect(text, code).not.toMatch(/undefined/)
    }
    expect(saidIn('en', { code: 'options', values: ['name'] })).toBeUndefined()
    expect(saidIn('es', { code: 'toString', values: [] })).toBeUndefined()
  })

  it('has a Spanish sentence for every code', () => {
    const codes = codesOfFindings()
    expect(codes).toEqual(
      expect.arrayContaining([
        'dark',
        'shaken',
        'copy-inside',
        'style-of-some',
        'only-learnt',
        'too-few',
        'shortcut-of-looks',
      ]),
    )
    expect(codes.filter(code => !knownFindings.has(code))).toEqual([])
    for (const code of codes) {
      const { text, language } = findingIn('es', {
        message: 'in English',
        said: { code, values: [1, 2, 3, 4, 5] },
      })
      expect([language, text], code).toEqual(['es', expect.not.stringMatching(/undefined|in English/)])
    }
    const errors = [
      'usage',
      'data',
      'image',
      'model',
      'engine',
      'io',
      'diverged',
      'interrupted',
      'unreachable',
    ]
    const known = [...Object.keys(problemKinds), ...Object.keys(refusalReasons), ...errors, ...problems]
    expect(known.filter(code => problemIn('es', code) === undefined)).toEqual([])
  })

  it('names in Spanish every property that gives a class away', () => {
    for (const { name } of [...PROPERTIES, { name: 'headers' }]) {
      const said = { code: 'shortcut-of-files', values: ['', name, '0.99', 'size', '0.80'] }
      const { text } = findingIn('es', { message: 'in English', said })
      expect(text, name).toContain('Las clases se distinguen por ')
      expect(text, name).not.toContain(` ${name} (`)
    }
  })

  it('stays in English, and is said to be, where nobody knows it', () => {
    const message = 'Something new.'
    const english = { text: message, language: 'en' }
    expect(findingIn('es', { message, said: null })).toEqual(english)
    expect(findingIn('es', { message, said: { code: 'later', values: [] } })).toEqual(english)
    expect(findingIn('en', { message, said: { code: 'dark', values: [3] } })).toEqual(english)
    expect([problemIn('es', 'toString'), problemIn('en', 'io'), operationIn('es', 'doctor --fix')]).toEqual([
      undefined,
      undefined,
      'doctor --fix',
    ])
  })
})

/** What the sources call pieces of work, with examples in the place of what is filled in. */
function namesOfWork(): string[] {
  const src = fileURLToPath(new URL('../src', import.meta.url))
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
    file => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.includes('fixtures'),
  )
  const called = /\b(?:task|\w+Task|comparing) ?[=:] (?:[a-z.]+ \? )?(['`])(.+?)\1/g
  const names = files.flatMap(file =>
    Array.from(readFileSync(path.join(src, file), 'utf8').matchAll(called), ([, , name]) =>
      name
        .replace(/\$\{this\.job\} on \$\{host\}: \$\{name\}/, 'fold 75f7ec on vm: cross-validation')
        .replace(/\$\{label\}/, 'resnet34')
        .replace(/\$\{\w*[vV]iews\}/, '4')
        .replace(/\$\{\w+\[\w+\]\}/, 'test'),
    ),
  )
  return [...new Set(names)]
}

describe('pieces of work', () => {
  it('have a name in Spanish, also with how photos are looked at behind it', () => {
    const names = namesOfWork()
    expect(names).toContain('does fine-tuning pay?')
    expect(names.length).toBeGreaterThan(30)
    expect(names.filter(name => spanish(name) === undefined)).toEqual([])
    expect(taskIn('es', 'fold 75f7ec on vm: cross-validation')).toBe(
      'Partición 75f7ec en vm: validación cruzada',
    )
    expect(taskIn('es', 'training photos (whole photos)')).toBe('Fotos de entrenamiento (fotos enteras)')
  })

  it('are told as they are where nobody knows them', () => {
    expect(taskIn('en', 'cross-validation')).toBe('Cross-validation')
    expect(taskIn('es', 'reticulating splines (twice)')).toBe('Reticulating splines (twice)')
  })
})
