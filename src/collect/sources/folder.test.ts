import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { temporaryFolder, writeTree } from '../../../test/support/files.js'
import { benchOf, itIsASource, readAll, type Subject } from '../../../test/support/sources/conformance.js'
import { licenceAddress, offered } from '../../../test/support/sources/fake-source.js'
import { folder } from './folder.js'

let root = ''

/** As many as make a second page, in an order that is none by number. */
const files = (count: number) => {
  root = temporaryFolder()
  return offered(3 * count)
    .map((photo, i) => ({ ...photo, name: `${i % 3}/${i}.jpg` }))
    .toSorted((x, y) => (x.name < y.name ? -1 : 1))
    .map(({ name, ...photo }) => ({ ...photo, address: pathToFileURL(join(root, name)).href }))
}

const subject: Subject = {
  make: folder,
  offered: files,
  async prepare(photos) {
    const nameOf = (address: string) => address.slice(pathToFileURL(root).href.length + 1)
    const lines = photos.map(({ address, page, title, creator, licence }) =>
      JSON.stringify({
        file_name: nameOf(address),
        page_url: page,
        title,
        creator,
        license: licence,
        license_url: licenceAddress(licence),
      }),
    )
    writeTree({ 'metadata.jsonl': `${lines.join('\n')}\n` }, root || temporaryFolder())
    writeTree(Object.fromEntries(photos.map(({ address }) => [nameOf(address), 'x'])), root)
    return { address: photos.length === 0 ? temporaryFolder() : root }
  },
  knows: ['title', 'creator', 'page', 'licence'],
}

itIsASource(subject)

describe('The folder', () => {
  it('gives classes where none was asked for, and lets be what is no photo', async () => {
    const address = writeTree({
      'cat/1.jpg': 'x',
      'dog/old/2': 'x',
      '3.png': 'x',
      'notes.txt': 'x',
      '.hidden/4.jpg': 'x',
    })
    const bench = await benchOf({ ...subject, prepare: async () => ({ address }) }, [])
    const labels = async (words: string) =>
      (await readAll(bench, { words })).map(({ address: file, label }) => [file.split('/').at(-1), label])
    expect(await labels('')).toEqual([
      ['3.png', undefined],
      ['1.jpg', 'cat'],
      ['2', 'dog'],
    ])
    expect(await labels('animals')).toEqual([
      ['3.png', undefined],
      ['1.jpg', undefined],
      ['2', undefined],
    ])
  })

  it('says which is not there', async () => {
    const bench = await benchOf({ ...subject, prepare: async () => ({ address: '/no/such/folder' }) }, [])
    await expect(bench.page()).rejects.toThrow(/"\/no\/such\/folder"/)
  })
})
