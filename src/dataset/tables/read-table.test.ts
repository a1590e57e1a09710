import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder, writeTree } from '../../../test/support/files.js'
import { readTable, type Table } from './index.js'

const fixtures = resolve(import.meta.dirname, '../../../test/fixtures/tables')

function read(name: string, content: string | Uint8Array): Promise<Table> {
  return readTable(writeTree({ [name]: content }), name)
}

function valuesOf({ columns }: Table): Record<string, readonly (string | undefined)[]> {
  return Object.fromEntries(columns.map(({ name, values }) => [name, values]))
}

describe('CSV', () => {
  it('has quotes, line breaks in them, empty cells and the delimiter of its first line', async () => {
    const table = await read(
      'a.csv',
      'file;"a;b";c\r\n1.jpg;"two\r\nlines, ""quoted""";\r\n\r\n2.jpg;x;y\r\n',
    )
    expect(valuesOf(table)).toEqual({
      file: ['1.jpg', '2.jpg'],
      'a;b': ['two\r\nlines, "quoted"', 'x'],
      c: [undefined, 'y'],
    })
    expect(table.where(1)).toBe('a.csv line 3')
  })

  it.each([
    ['UTF-8', Buffer.from('file,label\n1,niño\n')],
    ['UTF-8 with a byte order mark', Buffer.from('\uFEFFfile,label\n1,niño\n')],
    ['UTF-16 as Excel writes it', Buffer.from('\uFEFFfile\tlabel\n1\tniño\n', 'utf16le')],
    ['Windows-1252 as Excel writes it', Buffer.from('file,label\n1,niño\n', 'latin1')],
  ])('is read in %s', async (_, bytes) => {
    expect(valuesOf(await read('a.csv', bytes))).toEqual({ file: ['1'], label: ['niño'] })
  })

  it('names the line that is wrong', async () => {
    await expect(read('a.csv', 'a,b\n1,2\n1,2,3\n')).rejects.toThrow(/"a\.csv" is no table.* line 3/)
    await expect(read('a.csv', 'a,b\n"1,2\n')).rejects.toThrow(/"a\.csv" is no table/)
  })

  it('of nothing has no columns', async () => {
    expect((await read('a.csv', '')).columns).toEqual([])
  })
})

describe('JSON lines', () => {
  it('may lack a key, and keep lists apart', async () => {
    const table = await read('a.jsonl', '{"a":1,"b":[2]}\n\n{"a":true,"c":null}\n')
    expect(valuesOf(table)).toEqual({
      a: ['1', 'true'],
      b: [undefined, undefined],
      c: [undefined, undefined],
    })
    expect(table.columns.map(({ isNested }) => isNested)).toEqual([false, true, false])
    expect(table.where(1)).toBe('a.jsonl line 3')
  })

  it('do not touch what objects inherit', async () => {
    const table = await read('a.jsonl', '{"__proto__":"x","constructor":"y"}\n')
    expect(table.columns.map(({ name }) => name)).toEqual(['constructor'])
    expect({}).not.toHaveProperty('x')
  })

  it('refuse one endless line', async () => {
    await expect(read('a.jsonl', `{"a":"${'x'.repeat(2 ** 20)}"}`)).rejects.toThrow(
      /a\.jsonl line 1: the line has more than 1048576 characters/,
    )
  })
})

describe('Parquet', () => {
  it('gives plain columns, also those within objects, and names lists; bytes are let be', async () => {
    const table = await readTable(fixtures, 'zstd.parquet')
    const names = ['file_name', 'category', 'image.path', 'seen', 'boxes']
    expect(table.columns.map(({ name }) => name)).toEqual(names)
    expect(table.columns.map(({ isNested }) => isNested)).toEqual([false, false, false, false, true])
    expect(valuesOf(table)['image.path']?.[0]).toBe('1.jpg')
    expect(valuesOf(table).category?.slice(0, 3)).toEqual(['cat', 'dog', 'cat'])
    expect(valuesOf(table).seen?.slice(0, 2)).toEqual(['true', 'false'])
  })

  it('gives the names of classes that datasets keeps beside', async () => {
    const table = await readTable(fixtures, 'class-label.parquet')
    expect(table.columns.find(({ name }) => name === 'label')).toMatchObject({
      values: expect.arrayContaining(['0', '1', '-1']),
      classNames: ['cat', 'dog'],
    })
  })

  it('refuses damaged files at every length, and with any byte flipped', async () => {
    const bytes = readFileSync(join(fixtures, 'pandas.parquet'))
    const root = temporaryFolder()
    const attempt = async (content: Uint8Array) => {
      writeFileSync(join(root, 'a.parquet'), content)
      // Some flips change only a value, or a fact that nobody reads.
      await readTable(root, 'a.parquet').catch((error: unknown) =>
        expect(error).toMatchObject({ name: 'ChiquitoError', code: 'data' }),
      )
    }
    for (let length = 0; length < bytes.length; length += 37) await attempt(bytes.subarray(0, length))
    for (let at = 0; at < bytes.length; at += 3) {
      const flipped = Buffer.from(bytes)
      flipped[at] ^= 0xff
      await attempt(flipped)
    }
  })
})

it('reads no table larger than its limit', async () => {
  const root = writeTree({ 'labels.csv': 'a,b\n' })
  truncateSync(join(root, 'labels.csv'), 129 * 1024 * 1024)
  await expect(readTable(root, 'labels.csv')).rejects.toThrow(
    /has 135266304 bytes; a table with labels may have/,
  )
})
