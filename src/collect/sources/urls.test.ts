import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeTree } from '../../../test/support/files.js'
import { benchOf, itIsASource, readAll, type Subject } from '../../../test/support/sources/conformance.js'
import { licenceAddress, offered } from '../../../test/support/sources/fake-source.js'
import { urls } from './urls.js'

const asJsonLines: Subject = {
  make: urls,
  async prepare(photos) {
    const lines = photos.map(({ address, page, title, creator, licence }) =>
      JSON.stringify({
        url: address,
        page_url: page,
        title,
        creator,
        license: licence,
        license_url: licenceAddress(licence),
      }),
    )
    return {
      address: join(
        writeTree({ 'list.jsonl': `${lines.join('\n')}\n${photos.length ? '' : '{"url":null}'}` }),
        'list.jsonl',
      ),
    }
  },
  // The list gives one page of 500: a second needs more.
  offered: count => offered(count * 5),
  knows: ['title', 'creator', 'page', 'licence'],
}

// An empty table has no column of addresses, which is told: nothing but the header is enough.
itIsASource({
  ...asJsonLines,
  async prepare(photos) {
    if (photos.length > 0) return asJsonLines.prepare(photos)
    return { address: join(writeTree({ 'list.txt': '# nothing\n\n' }), 'list.txt') }
  },
})

/** What a list gives, and what it says. */
async function read(name: string, content: string | Uint8Array) {
  const prepare = async () => ({ address: join(writeTree({ [name]: content }), name) })
  const bench = await benchOf({ ...asJsonLines, prepare }, [])
  const { notice } = await bench.page()
  const found = await readAll(bench)
  return {
    found: found.map(({ address, label }) => (label === undefined ? address : [label, address])),
    notice,
  }
}

const a = 'https://example.org/a.jpg'
const b = 'http://example.org/b.jpg'

describe('The list of addresses', () => {
  it.each([
    ['lines', 'list.txt', `# mine\n${a}\r\n\n  ${b}\n`],
    ['lines without extension', 'list', `${a}\n${b}`],
    [
      'a column of a CSV',
      'l.csv',
      `n,image_url,thumbnail\n1,${a},https://t.example\n2,${b},https://t.example\n`,
    ],
    ['the only column with addresses', 'l.csv', `n;where\n1;${a}\n2;${b}\n`],
    ['a CSV without names of columns', 'l.csv', `${a},1\n${b},2\n`],
    ['tabs', 'l.tsv', `Image URL\tx\n${a}\t1\n${b}\t1\n`],
    ['JSON lines', 'l.jsonl', `{"address":"${a}"}\n{"address":"${b}","more":[1]}\n`],
  ])('may be %s', async (_, name, content) => {
    expect(await read(name, content)).toEqual({ found: [a, b], notice: undefined })
  })

  it.each([
    ['CSV', 'l.csv', `label,url\ncat,${a}\n"hot dog",${b}\n`],
    ['JSON lines', 'l.jsonl', `{"url":"${a}","class":"cat"}\n{"url":"${b}","class":"hot dog"}\n`],
  ])('may say the class in %s', async (_, name, content) => {
    expect((await read(name, content)).found).toEqual([
      ['cat', a],
      ['hot dog', b],
    ])
  })

  it('names what is no address, and goes on', async () => {
    const { found, notice } = await read(
      'l.csv',
      `url,label\n${a},x\njavascript:alert(1),x\nfile:///etc/passwd,x\n,x\n`,
    )
    expect(found).toEqual([['x', a]])
    expect(notice).toContain(
      'l.csv line 3: "javascript:alert(1)" is no http or https address; left out (and 2 more like it).',
    )
  })

  it('refuses labels that lead elsewhere', async () => {
    for (const label of ['../up', '/etc', 'C:\\x', '.hidden', 'a/b', 'x.'])
      await expect(read('l.jsonl', `${JSON.stringify({ url: a, label })}\n`), label).rejects.toThrow(
        /l\.jsonl line 1: the label ".*" cannot be the name of a folder/,
      )
  })

  it('says what it lacks', async () => {
    await expect(read('l.csv', 'a,b\n1,2\n')).rejects.toThrow(/has no column of http.*columns: "a", "b"/)
    await expect(read('l.csv', `a,b\n${a},${b}\n`)).rejects.toThrow(
      /has several columns of addresses: "a", "b"/,
    )
    const missing = urls({ address: '/no/such/list.txt' })
    await expect(
      missing.page({ words: '', needs: { commercial: false, changes: false }, wanted: 1 }, undefined, {
        json: async () => ({}),
        text: async () => '',
        allowsPrivate: () => false,
      }),
    ).rejects.toThrow(/there is no such file/)
  })
})
