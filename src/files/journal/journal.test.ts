import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { temporaryFolder, writeTree } from '../../../test/support/files.js'
import { Journal } from './journal.js'
import { listOperations } from './operations.js'
import type { Act } from './record.js'
import { SetAside } from './set-aside.js'
import { editOf, readText } from './text-edit.js'
import { undoFolder } from './undo.js'

/** A power cut: after so many more changes to the disk nothing is changed any more. */
const power = vi.hoisted(() => {
  const state = { left: Number.POSITIVE_INFINITY }
  const changing = new Set(
    'link unlink rename copyFile rm rmdir mkdir utimes truncate rmSync mkdirSync writeFileSync writeSync'.split(
      ' ',
    ),
  )
  const cut = () => {
    if (state.left-- <= 0) throw new Error('power cut')
  }
  const wrap = <T extends object>(module: T): T =>
    Object.fromEntries(
      Object.entries(module).map(([name, value]) => {
        if (typeof value !== 'function' || !changing.has(name)) return [name, value]
        return [
          name,
          (...args: unknown[]) => {
            if (name === 'writeSync' && state.left <= 0 && state.left > -1) {
              // What was being written is torn.
              state.left--
              const bytes = args[1]
              if (bytes instanceof Uint8Array) value(args[0], bytes, 0, bytes.length >> 1)
              throw new Error('power cut')
            }
            cut()
            return value(...args)
          },
        ]
      }),
    ) as T
  return { state, wrap }
})
vi.mock('node:fs/promises', async original => power.wrap(await original<object>()))
vi.mock('node:fs', async original => power.wrap(await original<object>()))

beforeEach(() => {
  power.state.left = Number.POSITIVE_INFINITY
})

const sha = (text: string) => createHash('sha256').update(text).digest('hex')

const photos: Readonly<Record<string, string>> = {
  'cat/1.jpg': 'first cat',
  'cat/2.png': 'second cat',
  'dog/1.jpg': 'first dog',
  'dog/2.jpg': 'second dog',
  'metadata.jsonl': '{"file_name":"cat/1.jpg"}\n{"file_name":"cat/2.png"}\n',
}

/** Everything in a folder but the journal. */
function contentOf(root: string): Record<string, string> {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).map(path =>
    path.replaceAll('\\', '/'),
  )
  return Object.fromEntries(
    files
      .filter(
        path => statSync(join(root, path)).isFile() && !['journal.jsonl', '.journal.lock'].includes(path),
      )
      .sort()
      .map(path => [path, readFileSync(join(root, path), 'utf8')]),
  )
}

/** One act of each kind. */
async function operate(root: string): Promise<void> {
  const journal = await Journal.open(root)
  try {
    const writer = await journal.begin('test', 'library')
    const done = new Set(writer.operation.acts.map(({ what }) => ('from' in what ? what.from : 'edit')))
    const aside = await SetAside.open(journal.folder)
    const act = async (key: string, make: () => Promise<Act>) => {
      if (!done.has(key)) await writer.do(await make(), { why: key })
    }
    await act('cat/1.jpg', async () => ({
      act: 'move',
      from: 'cat/1.jpg',
      to: await aside.placeFor('cat/1.jpg', 'copies'),
      sha256: sha('first cat'),
    }))
    const replacing = async (from: string, to: string, text: string): Promise<Act> => {
      writeFileSync(join(root, aside.staged), `new ${text}`)
      const kept = await aside.placeFor(from, 'originals')
      return {
        act: 'replace',
        from,
        to,
        kept,
        staged: aside.staged,
        sha256: sha(text),
        after: sha(`new ${text}`),
      }
    }
    await act('dog/1.jpg', () => replacing('dog/1.jpg', 'dog/1.jpg', 'first dog'))
    await act('cat/2.png', () => replacing('cat/2.png', 'cat/2.jpg', 'second cat'))
    await act('edit', async () => {
      const file = await readText(join(root, 'metadata.jsonl'))
      if (file === undefined) throw new Error('no text')
      return editOf('metadata.jsonl', file, [
        { at: 0, was: '{"file_name":"cat/1.jpg"}\n', now: '' },
        { at: 26, was: '{"file_name":"cat/2.png"}\n', now: '{"file_name":"cat/2.jpg"}\n' },
      ])
    })
    await writer.end()
  } finally {
    journal.close()
  }
}

const after: Readonly<Record<string, string>> = {
  'cat/2.jpg': 'new second cat',
  'dog/1.jpg': 'new first dog',
  'dog/2.jpg': 'second dog',
  'metadata.jsonl': '{"file_name":"cat/2.jpg"}\n',
  'set-aside/chiquito.json': '{ "format": "chiquito-set-aside" }\n',
  'set-aside/copies/cat/1.jpg': 'first cat',
  'set-aside/originals/cat/2.png': 'second cat',
  'set-aside/originals/dog/1.jpg': 'first dog',
}

/** How often each original is there. */
function originals(root: string): string[] {
  const values = Object.entries(contentOf(root)).filter(
    ([path]) => !path.endsWith('l') && !path.includes('/.'),
  )
  return values
    .map(([, text]) => text)
    .filter(text => ['first cat', 'second cat', 'first dog', 'second dog'].includes(text))
    .sort()
}

const everyOriginal = ['first cat', 'first dog', 'second cat', 'second dog']

describe('a journal', () => {
  it('takes back what was done, exactly', async () => {
    const root = writeTree(photos)
    await operate(root)
    expect(contentOf(root)).toEqual(after)
    const undone = await undoFolder(root, { by: 'library' })
    expect(undone).toMatchObject({ acts: 4, left: [], unknown: [] })
    expect(contentOf(root)).toEqual(photos)
    expect(readdirSync(root).sort()).toEqual(['cat', 'dog', 'journal.jsonl', 'metadata.jsonl'])
    expect(await listOperations(root)).toMatchObject([{ name: 'test', acts: 4, undone: 4, isCutOff: false }])
  })

  it('goes on after a power cut at any moment of an operation, and of taking it back', async () => {
    let cuts = 0
    for (let moment = 0; ; moment++) {
      const root = writeTree(photos, join(temporaryFolder(), 'data'))
      power.state.left = moment
      const isCut = await operate(root).then(
        () => false,
        () => true,
      )
      power.state.left = Number.POSITIVE_INFINITY
      if (!isCut) break
      cuts++
      const left = originals(root)
      expect(new Set(left), `at moment ${moment}`).toEqual(new Set(everyOriginal))
      // Either way out: to go on, or to take it back.
      const operations = existsSync(join(root, 'journal.jsonl')) ? await listOperations(root) : []
      if (moment % 2 === 0) {
        if (operations[0]?.isCutOff !== false) await operate(root)
        expect(contentOf(root), `on after moment ${moment}`).toEqual(after)
      }
      if (moment % 2 === 0 || operations.length > 0) {
        await undoFolder(root, { by: 'library' })
        expect(contentOf(root), `back after moment ${moment}`).toEqual(photos)
      }
    }
    for (let moment = 0; ; moment++) {
      const root = writeTree(photos, join(temporaryFolder(), 'data'))
      await operate(root)
      power.state.left = moment
      const isCut = await undoFolder(root, { by: 'library' }).then(
        () => false,
        () => true,
      )
      power.state.left = Number.POSITIVE_INFINITY
      if (!isCut) break
      cuts++
      const left = originals(root)
      expect(new Set(left), `at moment ${moment} of undo`).toEqual(new Set(everyOriginal))
      await undoFolder(root, { by: 'library' })
      expect(contentOf(root), `back after moment ${moment} of undo`).toEqual(photos)
    }
    expect(cuts).toBeGreaterThan(40)
  })

  it('leaves alone what a person changed since, and does the rest', async () => {
    const root = writeTree(photos)
    await operate(root)
    writeFileSync(join(root, 'dog/1.jpg'), 'painted by hand')
    writeFileSync(join(root, 'cat/1.jpg'), 'another cat')
    writeFileSync(join(root, 'metadata.jsonl'), '{"file_name":"cat/2.jpg"}\n{"file_name":"dog/2.jpg"}\n')
    const { left, acts } = await undoFolder(root, { by: 'library' })
    expect(left).toEqual([
      { path: 'dog/1.jpg', place: 'set-aside/originals/dog/1.jpg', reason: '"dog/1.jpg" was changed.' },
      {
        path: 'cat/1.jpg',
        place: 'set-aside/copies/cat/1.jpg',
        reason: 'Something else is at "cat/1.jpg" now.',
      },
    ])
    expect(acts).toBe(2)
    expect(contentOf(root)).toEqual({
      'cat/1.jpg': 'another cat',
      'cat/2.png': 'second cat',
      'dog/1.jpg': 'painted by hand',
      'dog/2.jpg': 'second dog',
      'metadata.jsonl': '{"file_name":"cat/2.png"}\n{"file_name":"dog/2.jpg"}\n{"file_name":"cat/1.jpg"}\n',
      'set-aside/chiquito.json': '{ "format": "chiquito-set-aside" }\n',
      'set-aside/copies/cat/1.jpg': 'first cat',
      'set-aside/originals/dog/1.jpg': 'first dog',
    })
    expect(await undoFolder(root, { by: 'library' })).toMatchObject({ operations: [], acts: 0, left: [] })
  })

  it('is mended where its last line is torn, and refused where it is damaged, newer or edited', async () => {
    const lines = async () => {
      const root = writeTree(photos)
      await operate(root)
      return {
        root,
        path: join(root, 'journal.jsonl'),
        text: readFileSync(join(root, 'journal.jsonl'), 'utf8'),
      }
    }
    const torn = await lines()
    writeFileSync(torn.path, torn.text.slice(0, -20))
    await undoFolder(torn.root, { by: 'library' })
    expect(contentOf(torn.root)).toEqual(photos)

    const damaged = async (change: (text: string) => string, message: RegExp) => {
      const { root, path, text } = await lines()
      writeFileSync(path, change(text))
      const before = contentOf(root)
      await expect(undoFolder(root, { by: 'library' })).rejects.toThrow(message)
      expect(contentOf(root)).toEqual(before)
    }
    await damaged(
      text => text.replace('"version":1', '"version":2'),
      /written by a newer chiquito.*npm install/,
    )
    await damaged(text => text.replace('"event":"act"', '"event":"a'), /line 3 is damaged \(it is not JSON\)/)
    await damaged(
      text => text.replace('"number":2', '"number":7'),
      /line 4 was edited \(act 7 stands where 2/,
    )
    await damaged(
      text => text.replace('"from":"cat/1.jpg"', '"from":"../1.jpg"'),
      /line 3 is damaged or was edited.*no path below/,
    )
    await damaged(
      text => text.replace('"to":"set-aside/copies', '"to":"/tmp/x'),
      /line 3 is damaged or was edited/,
    )
    await damaged(() => 'notes of mine\n', /is no journal of chiquito's/)
  })

  it('never follows a link out of the folder', async () => {
    const outside = writeTree({ '1.jpg': 'private' })
    const root = writeTree({ ...photos })
    symlinkSync(outside, join(root, 'out'))
    mkdirSync(join(root, 'in'))
    symlinkSync(join(outside, '1.jpg'), join(root, 'in/1.jpg'))
    const journal = await Journal.open(root)
    const writer = await journal.begin('test', 'library')
    const move = (from: string, to: string, text: string) =>
      writer.do({ act: 'move', from, to, sha256: sha(text) })
    await expect(move('out/1.jpg', 'cat/9.jpg', 'private')).rejects.toThrow(/passes through a link/)
    await expect(move('cat/1.jpg', 'out/9.jpg', 'first cat')).rejects.toThrow(/passes through a link/)
    await expect(move('in/1.jpg', 'cat/9.jpg', 'private')).rejects.toThrow(/is no file any more/)
    await expect(move('../1.jpg', 'cat/9.jpg', 'private')).rejects.toThrow(/no path below/)
    journal.close()
    expect(readdirSync(outside)).toEqual(['1.jpg'])
  })
})
