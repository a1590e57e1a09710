import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeTree } from '../../../test/support/files.js'
import { type Job, namingFor, narrowed, readConfig, translate } from './index.js'
import { type heeded, retired } from './keys.js'

/** What one record of these keys asks for. */
async function one(record: Record<string, unknown>) {
  const { jobs, notices } = await translate(
    [{ keywords: 'dog', ...record }],
    async () => ['a', 'b'],
    'c.json',
  )
  return { ...jobs[0], query: jobs[0].query, jobs, notices }
}

const all = { commercial: true, changes: true }
const some = { commercial: false, changes: false }

/** Every key that is heeded: a value, and what comes of it. */
const table: Readonly<Record<keyof typeof heeded, readonly [unknown, object]>> = {
  keywords: ['cat, hot dog ,', { jobs: [{ folder: 'cat' }, { folder: 'hot dog' }] }],
  keywords_from_file: ['words.txt', { jobs: [{ folder: 'a' }, { folder: 'b' }] }],
  prefix_keywords: ['big,small', { jobs: [{ folder: 'big dog' }, { folder: 'small dog' }] }],
  suffix_keywords: ['run', { folder: 'dog run', query: { words: 'dog run' } }],
  limit: ['250', { limit: 250 }],
  format: ['jpg', { extensions: ['jpg', 'jpeg', 'jpe', 'jfif'] }],
  color: ['blue', { folder: 'dog-blue', query: { words: 'dog', colour: 'blue' } }],
  color_type: ['black-and-white', { query: { colour: 'black-and-white' } }],
  usage_rights: ['labeled-for-reuse-with-modifications', { query: { needs: all } }],
  size: ['large', { query: { size: 'large' } }],
  aspect_ratio: ['panoramic', { query: { shape: 'wide' }, notices: [expect.stringMatching(/aspect_ratio/)] }],
  type: ['clip-art', { query: { kind: 'clipart' } }],
  delay: [0.5, { delayMs: 500 }],
  url: ['https://example.org/search?q=dogs', { from: { page: 'https://example.org/search?q=dogs' } }],
  single_image: ['https://example.org/1.jpg', { from: { photo: 'https://example.org/1.jpg' }, limit: 1 }],
  output_directory: ['out', { output: 'out', folder: 'dog' }],
  image_directory: ['mine', { folder: 'mine' }],
  no_directory: [true, { folder: '' }],
  proxy: ['10.0.0.1:3128', { proxy: 'http://10.0.0.1:3128' }],
  specific_site: ['www.example.org', { query: { site: 'www.example.org' } }],
  safe_search: [true, { query: { safe: true } }],
  print_urls: [true, { prints: { urls: true } }],
  print_size: ['true', { prints: { size: true } }],
  print_paths: [true, { prints: { paths: true } }],
  metadata: [true, { prints: { metadata: true } }],
  silent_mode: [true, { prints: { urls: false } }],
  extract_metadata: [true, { extractMetadata: true }],
  save_source: ['sources', { saveSource: 'sources' }],
  socket_timeout: [3, { idleMs: 3000 }],
  prefix: ['my', { names: { prefix: 'my', numbered: true } }],
  no_numbering: [true, { names: { numbered: false } }],
  offset: [7, { offset: 7 }],
  no_download: [true, { isPreview: true }],
  ignore_urls: ['a.com, b.com', { ignored: ['a.com', 'b.com'] }],
}

describe("google-images-download's configuration", () => {
  it.each(Object.entries(table))('heeds %s', async (key, [value, expected]) => {
    expect(await one({ [key]: value })).toMatchObject(expected)
  })

  it.each(Object.keys(retired))('says what to use instead of %s', async key => {
    const { notices, jobs } = await one({ [key]: 'x' })
    expect(notices).toEqual([`"${key}": ${retired[key]}`])
    expect(jobs).toHaveLength(1)
    expect((await one({ [key]: null })).notices).toEqual([])
    expect((await one({ [key]: false })).notices).toEqual([])
  })

  it('names keys that it never had', async () => {
    expect((await one({ limits: 5 })).notices).toEqual([expect.stringMatching(/^"limits": no key of/)])
  })

  it('is what it was where nothing is said', async () => {
    expect(await one({})).toMatchObject({
      output: 'downloads',
      folder: 'dog',
      limit: 100,
      idleMs: 10_000,
      query: { words: 'dog', needs: some },
      names: { prefix: undefined, numbered: true },
      notices: [],
    })
  })

  it('multiplies prefixes, keywords and suffixes, record by record', async () => {
    const { jobs } = await translate(
      [{ keywords: 'a,b', prefix_keywords: 'x,y', suffix_keywords: 'z' }, { keywords: 'c' }],
      async () => [],
      'c.json',
    )
    expect(jobs.map(({ folder }) => folder)).toEqual(['x a z', 'x b z', 'y a z', 'y b z', 'c'])
  })

  it.each([
    ['labeled-for-reuse', { commercial: true, changes: false }],
    ['labeled-for-noncommercial-reuse-with-modification', { commercial: false, changes: true }],
    ['labeled-for-nocommercial-reuse', some],
  ])('means by %s what has to be allowed', async (usage_rights, needs) => {
    expect((await one({ usage_rights })).query.needs).toEqual(needs)
  })

  it('is read from a file, with a file of keywords beside it', async () => {
    const root = writeTree({
      'config.json': '{"Records":[{"keywords_from_file":"words-of-this-test.txt","limit":5}]}',
      'words-of-this-test.txt': '\ufeffcat\r\n\r\nhot dog, with mustard\n',
    })
    const { jobs } = await readConfig(join(root, 'config.json'))
    expect(jobs.map(({ folder }) => folder)).toEqual(['cat', 'hot dog, with mustard'])
  })

  it.each([
    ['not JSON', 'x', /it is not JSON/],
    ['no records', '{}', /Records/],
    ['nothing to look for', '{"Records":[{"limit":5}]}', /record 1: nothing to look for/],
    ['a limit that is none', '{"Records":[{"keywords":"a","limit":"many"}]}', /record 1, at limit/],
    [
      'a colour that is none',
      '{"Records":[{"keywords":"a"},{"keywords":"a","color":"mauve"}]}',
      /record 2, at color/,
    ],
    [
      'contradictions',
      '{"Records":[{"keywords":"a","image_directory":"x","no_directory":true}]}',
      /contradict/,
    ],
    [
      'too many products',
      `{"Records":[{"keywords":"${'a,'.repeat(200)}","prefix_keywords":"${'b,'.repeat(200)}"}]}`,
      /more than 10000/,
    ],
  ])('says what is wrong with %s', async (_, content, message) => {
    const file = join(writeTree({ 'config.json': content }), 'config.json')
    await expect(readConfig(file)).rejects.toThrow(message)
    await expect(readConfig(file)).rejects.toMatchObject({ code: 'usage' })
  })
})

describe('file names', () => {
  const name = (address: string, names: Job['names'] = { prefix: undefined, numbered: true }, attempt = 0) =>
    namingFor(names)({ number: 3, attempt, address, format: 'jpeg' })

  it.each([
    ['https://example.org/a/dog.jpg', '3.dog.jpg'],
    ['https://example.org/dog.png?x=1', '3.dog.jpg'],
    ['https://example.org/dog.jpg/revision/latest', '3.latest.jpg'],
    ['https://example.org/ni%C3%B1o%20a.JPEG', '3.niño a.jpg'],
    ['https://example.org/', '3.jpg'],
    ['https://example.org/..%2F..%2Fetc%2Fpasswd', '3._.._etc_passwd.jpg'],
    ['https://example.org/%E0%A4%A', '3._E0_A4_A.jpg'],
    [`https://example.org/${'x'.repeat(500)}.jpg`, `3.${'x'.repeat(60)}.jpg`],
  ])('of %s are as they were', (address, expected) => {
    expect(name(address)).toBe(expected)
  })

  it('have a prefix, or no number', () => {
    expect(name('https://example.org/dog.jpg', { prefix: 'my', numbered: true })).toBe('my 3.dog.jpg')
    expect(name('https://example.org/dog.jpg', { prefix: undefined, numbered: false })).toBe('dog.jpg')
    expect(name('https://example.org/dog.jpg', { prefix: undefined, numbered: false }, 1)).toBe('dog (2).jpg')
  })
})

it('offset, ignored addresses and formats hold over pages, and after a stop', async () => {
  const job = (await one({ offset: 3, ignore_urls: 'bad', format: 'jpg' })).jobs[0]
  const pages = [
    ['1.jpg', 'bad/2.jpg', '3.png', '4.jpg'],
    ['5.jpg', '6.jpeg?x', '7'],
  ]
  const source = narrowed(
    {
      name: 'test',
      title: 'Test',
      paceMs: 0,
      page: async (_, cursor = '0') => ({
        found: pages[Number(cursor)].map(file => ({ address: `https://example.org/${file}` })),
        next: cursor === '0' ? '1' : undefined,
      }),
    },
    job,
  )
  const ask = { json: async () => ({}), text: async () => '', allowsPrivate: () => false }
  const query = { ...job.query, wanted: 9 }
  const first = await source.page(query, undefined, ask)
  expect(first).toMatchObject({ found: [], next: '1 1' })
  const second = await source.page(query, first.next, ask)
  expect(second.found.map(({ address }) => address.split('/').at(-1))).toEqual(['6.jpeg?x', '7'])
  expect(second.next).toBeUndefined()
})
