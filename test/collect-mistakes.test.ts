// Mistakes of a person who collects: each gets one sentence that says what, where and what to do, and nothing is left behind.
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { answerPhoto, openversePage } from './support/collect/photo-host.js'
import { smallDisk, temporaryFolder } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { serve } from './support/server.js'

/** Openverse with photos for every keyword. @param asked - told of each photo that is asked for, before it is sent */
async function openverse(asked: (photo: string) => void = () => undefined) {
  const server = await serve(async (request, response) => {
    const photos = Array.from({ length: 40 }, (_, i) => `${server.address}/photo/${i}.jpg`)
    if (request.url?.startsWith('/v1/images/')) return void response.end(openversePage(request, photos))
    asked(request.url ?? '')
    if (!(await answerPhoto(request, response))) response.writeHead(404).end()
  })
  return { ...server, source: ['--source', `openverse=${server.address}`] }
}

describe('a command that cannot be meant', () => {
  const ball = ['ball', '--out', 'OUT']
  it.each<[string[], number, string]>([
    [
      ['ball', '--out', ''],
      2,
      'option \'--out <dir>\' is given an empty text.\n"chiquito collect --help" says what there is.',
    ],
    [['', '--out', 'OUT'], 2, "argument 'keywords' is given as an empty text."],
    [['!!!', '--out', 'OUT'], 2, 'The keyword "!!!" has nothing to look for.'],
    [['ball', '?', '--out', 'OUT'], 2, 'The keyword "?" has nothing to look for.'],
    [[...ball, '--limit', '0'], 2, '--limit must be a whole number from 1 to 1000000, but is "0".'],
    [[...ball, '--site', 'no host'], 2, 'The site "no host" is none: expected a host name such as'],
    [
      [...ball, '--source', 'openverse=here'],
      2,
      '--source openverse=ADDRESS: "here" is no http or https address.',
    ],
    [
      [...ball, '--source', 'commons=ftp://x'],
      2,
      '--source commons=ADDRESS: "ftp://x" is no http or https address.',
    ],
    [[...ball, '--source', 'bing='], 2, '--source bing=ADDRESS: "" is no http or https address.'],
    [[...ball, '--source', 'urls'], 2, 'Say which list of addresses is meant: --source urls=list.txt'],
    [[...ball, '--source', 'folder='], 2, 'Say which folder is meant: --source folder=DIR.'],
    [[...ball, '--source', 'browser'], 2, 'Say which results page the browser opens'],
    [['lfw', '--people', '0', '--out', 'OUT'], 2, '"chiquito collect lfw --help" says what there is.'],
    [['archive', '', '--out', 'OUT'], 2, "argument 'file or address' is given as an empty text."],
  ])('%j', async (words, status, message) => {
    const folder = temporaryFolder()
    const out = path.join(folder, 'OUT')
    const told = await chiquitoHere(['collect', ...words.map(word => (word === 'OUT' ? out : word))])
    expect([told.status, told.stderr.replaceAll(out, 'OUT')]).toEqual([
      status,
      expect.stringContaining(message),
    ])
    expect(told.stderr).not.toContain('unexpected error')
    expect(readdirSync(folder)).toEqual([])
  })

  it('takes a site as it stands in the browser, and the same value twice', async () => {
    const { source } = await openverse()
    const out = path.join(temporaryFolder(), 'ball')
    const words = ['collect', 'ball', '--out', out, '--out', out, '--limit', '3', ...source]
    const told = await chiquitoHere([...words, '--site', 'https://example.org/gallery/'])
    expect(told.status, told.stderr).toBe(0)
    expect(told.stdout).toMatch(/^licences of 3 photos:$/m)
    expect(told.stderr).not.toContain('twice')
  })
})

it('says which of two values counts', async () => {
  const { source } = await openverse()
  const out = path.join(temporaryFolder(), 'ball')
  const words = [
    'collect',
    'ball',
    '--limit',
    '3',
    '--limit=4',
    ...source,
    '--out',
    `${out}-none`,
    '--out',
    out,
  ]
  const told = await chiquitoHere(words)
  expect(told.status, told.stderr).toBe(0)
  expect(told.stderr).toContain('--limit is given twice: "4" counts, and "3" does not.\n')
  expect(told.stderr).toContain(`--out is given twice: "${out}" counts, and "${out}-none" does not.\n`)
  expect(readdirSync(out).filter(name => name.endsWith('.jpg'))).toHaveLength(4)
})

describe('a list that says nothing', () => {
  it.each<[string, string | Buffer, string]>([
    ['empty.txt', '', '"empty.txt" lists no photo. Expected an address a line, or a table'],
    ['notes.txt', '# later\n\n', '"notes.txt" lists no photo. Expected'],
    [
      'words.txt',
      'cat\ndog\n',
      '"words.txt" lists no photo (words.txt line 1: "cat" is no http or https address).',
    ],
    ['list.json', '[{"url": "http://example.org/1.jpg"}]', '"list.json" lists no photo (list.json line 1: '],
    [
      'two.csv',
      'url,label\nhttp://example.org/1.jpg,Cat\nhttp://example.org/2.jpg,cat\n',
      'The classes "Cat" and "cat" would share a folder, here or on other systems.',
    ],
    [
      'parts.csv',
      'url,label\nhttp://example.org/1.jpg,train\nhttp://example.org/2.jpg,trains\n',
      'The classes "train" and "trains" would share a folder',
    ],
  ])('%s', async (name, content, message) => {
    const folder = temporaryFolder()
    writeFileSync(path.join(folder, name), content)
    const out = path.join(folder, 'out')
    const told = await chiquitoHere(['collect', '--source', `urls=${path.join(folder, name)}`, '--out', out])
    expect([told.status, told.stderr.replaceAll(`${folder}/`, '')]).toEqual([
      1,
      expect.stringContaining(message),
    ])
    expect(existsSync(out)).toBe(false)
  })

  it('is read as Windows writes it', async () => {
    const { address, host } = await openverse().then(one => ({ ...one, host: new URL(one.address).host }))
    const folder = temporaryFolder()
    const list = path.join(folder, 'list.txt')
    writeFileSync(list, Buffer.from(`\ufeff${address}/photo/1.jpg\r\n${address}/photo/2.jpg\r\n`, 'utf16le'))
    const out = path.join(folder, 'out')
    const told = await chiquitoHere([
      'collect',
      '--source',
      `urls=${list}`,
      '--out',
      out,
      '--allow-host',
      host,
    ])
    expect(told.status, told.stderr).toBe(0)
    expect(readdirSync(out).filter(name => name.endsWith('.jpg'))).toHaveLength(2)
  })
})

describe('a configuration that cannot be meant', () => {
  it.each([
    ['{"records": [{"keywords": "a"}]}', 'at Records: expected "Records", a list of 1 to 1000 searches.'],
    ['[]', 'expected "Records", a list of 1 to 1000 searches.'],
    ['{"Records": []}', 'at Records: expected "Records", a list of 1 to 1000 searches.'],
    ['{"Records": [null]}', 'at Records[0]: expected a search: keys and values.'],
    ['{"Records": [{"keywords": ["a"]}]}', 'record 1, at keywords: expected a text such as "cat, dog".'],
    [
      '{"Records": [{"keywords": "a"}, {"keywords": "..."}]}',
      'record 2: the keyword "..." has nothing to look for.',
    ],
    [
      '{"Records": [{"keywords": "a", "limit": 0}]}',
      'record 1, at limit: expected a whole number from 1 to 1000000.',
    ],
    ['{"Records": [{"keywords": "a", "limit": 2.5}]}', 'record 1, at limit: expected a whole number from 1'],
    ['{"Records": [{"keywords": "a", "print_urls": "perhaps"}]}', 'at print_urls: expected true or false.'],
    [
      '{"Records": [{"keywords": "a", "proxy": "x::1"}]}',
      'record 1: at proxy: "http://x::1" is no http or https address.',
    ],
    ['{"Records": [{"url": "ftp://x"}]}', 'record 1: at url: "ftp://x" is no http or https address.'],
    ['{"Records": [{"keywords": "a", "specific_site": "no host"}]}', 'record 1: The site "no host" is none'],
    ['{"Records": [{"keywords_from_file": "words.txt"}]}', 'record 1: "words.txt" lists nothing to look for'],
  ])('%s', async (text, message) => {
    const folder = temporaryFolder()
    const file = path.join(folder, 'config.json')
    writeFileSync(file, text)
    writeFileSync(path.join(folder, 'words.txt'), '\n')
    const told = await chiquitoHere(['collect', '-cf', file, '--out', path.join(folder, 'out')])
    expect([told.status, told.stderr]).toEqual([2, expect.stringContaining(message)])
    expect(existsSync(path.join(folder, 'out'))).toBe(false)
  })
})

describe('a folder that fails', () => {
  it('says that it was removed while photos came', async () => {
    const folder = temporaryFolder()
    const out = path.join(folder, 'ball')
    const { source } = await openverse(photo => {
      if (photo.endsWith('/9.jpg')) renameSync(out, path.join(folder, 'elsewhere'))
    })
    const told = await chiquitoHere(['collect', 'ball', '--out', out, '--limit', '30', ...source])
    expect(told.status).toBe(1)
    expect(told.stderr).toContain(
      `chiquito: "${out}" was removed or renamed while photos were collected into it.`,
    )
    expect(readdirSync(folder)).toEqual(['elsewhere'])
  })

  it('goes on when the disk has room again', async context => {
    const disk = smallDisk(64 * 1024)
    if (disk === undefined) return context.skip('a small disk can be mounted by root alone')
    const { source, requests } = await openverse()
    const out = path.join(disk, 'ball')
    const collect = () => chiquitoHere(['collect', 'ball', '--out', out, '--limit', '30', ...source])
    const told = await collect()
    expect([told.status, told.stderr]).toEqual([
      1,
      expect.stringMatching(/Cannot write ".*": the disk is full/),
    ])
    const { execFileSync } = await import('node:child_process')
    execFileSync('mount', ['-o', 'remount,size=4m', disk])
    const again = await collect()
    expect(again.status, again.stderr).toBe(0)
    const names = readdirSync(out).filter(name => !/^ATTRIBUTION/.test(name))
    expect(names.filter(name => name.endsWith('.jpg'))).toHaveLength(30)
    expect(names.filter(name => name.startsWith('.'))).toEqual(['.collect.jsonl'])
    expect(requests.filter(({ path: asked }) => asked.startsWith('/v1/images/'))).toHaveLength(2)
    const rows = readFileSync(path.join(out, 'metadata.jsonl'), 'utf8').trimEnd().split('\n')
    expect(rows).toHaveLength(30)
  })

  it('is not led out of by a log that a stranger wrote', async () => {
    const { source } = await openverse()
    const folder = temporaryFolder()
    const out = path.join(folder, 'ball')
    const collect = () => chiquitoHere(['collect', 'ball', '--out', out, '--limit', '2', ...source])
    await collect()
    const log = path.join(out, '.collect.jsonl')
    for (const file of ['../taken.jpg', '/tmp/taken.jpg', 'a/../../taken.jpg', 'C:\\taken.jpg']) {
      const text = readFileSync(log, 'utf8')
      writeFileSync(log, text.replace('"file":"00001.jpg"', `"file":${JSON.stringify(file)}`))
      writeFileSync(path.join(out, '.0.waiting'), 'x')
      const told = await collect()
      expect([told.status, told.stderr]).toEqual([1, expect.stringMatching(/is not the log of a collection/)])
      expect(readdirSync(folder)).toEqual(['ball'])
      writeFileSync(log, text)
    }
  })
})
