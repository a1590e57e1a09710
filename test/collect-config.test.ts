// google-images-download's configuration file through the command line, from servers on this machine.
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { openDataset } from '../src/dataset/index.js'
import { tar } from './support/archives.js'
import { chiquito, documentOf, programFile } from './support/chiquito.js'
import { answerPhoto } from './support/collect/photo-host.js'
import { temporaryFolder } from './support/files.js'
import { drawing } from './support/photos.js'
import { serve } from './support/server.js'
import { offered } from './support/sources/fake-source.js'
import { serveOpenverse } from './support/sources/openverse.js'

/** As it stands in the article of 2018. */
const article = String.raw`{
    "Records": [
        {
            "keywords": "chiquito de la calzada",
            "limit": 800,
            "print_urls": true,
            "chromedriver":"C:\\path\\to\\chromedriver.exe"
        }
    ]
}`

async function setUp(count: number) {
  const host = await serve(async (request, response) => {
    if (!(await answerPhoto(request, response))) response.writeHead(404).end()
  })
  const photos = offered(count).map((photo, i) => ({ ...photo, address: `${host.address}/photo/${i}.jpg` }))
  const source = await serveOpenverse(photos)
  const folder = temporaryFolder()
  const options = ['--source', `openverse=${source.address}`, '--allow-host', host.address.slice(7)]
  const run = (config: string, ...more: string[]) => {
    writeFileSync(path.join(folder, 'config.json'), config)
    return chiquito(['collect', '-cf', 'config.json', ...options, ...more], { cwd: folder })
  }
  return { folder, run, host, options }
}

const photosIn = (folder: string) =>
  readdirSync(folder)
    .filter(name => name.endsWith('.jpg'))
    .sort()

describe('chiquito collect -cf', () => {
  it("does what the article's file asks for, unchanged", async () => {
    const { folder, run } = await setUp(12)
    const told = await run(article)
    expect(told.status, told.stderr).toBe(0)
    expect(told.stderr).toMatch(/"chromedriver": no browser is needed/)
    expect(told.stdout.match(/^Image URL: http/gm)).toHaveLength(12)
    const photos = photosIn(path.join(folder, 'downloads', 'chiquito de la calzada'))
    expect(photos).toHaveLength(12)
    expect(photos).toEqual(Array.from({ length: 12 }, (_, i) => `${i + 1}.${i}.jpg`).sort())
  })

  it('has its folders, names and files beside, and fetches nothing twice', async () => {
    const { folder, run, host } = await setUp(9)
    const config = JSON.stringify({
      Records: [
        {
          keywords: 'ball, cup',
          color: 'red',
          limit: 3,
          offset: 1,
          prefix: 'my',
          save_source: 'from',
          output_directory: 'out',
        },
        { keywords: 'all', no_directory: true, limit: 2, extract_metadata: true, output_directory: 'flat' },
      ],
    })
    const told = await run(config, '--json')
    expect(told.status, told.stderr).toBe(0)
    expect(documentOf(told)).toMatchObject({
      notices: [],
      folders: [{ photos: 3 }, { photos: 3 }, { photos: 2 }],
    })
    for (const name of ['ball-red', 'cup-red'])
      expect(photosIn(path.join(folder, 'out', name))).toEqual(['my 1.1.jpg', 'my 2.2.jpg', 'my 3.3.jpg'])
    expect(photosIn(path.join(folder, 'flat'))).toEqual(['1.0.jpg', '2.1.jpg'])
    expect(readFileSync(path.join(folder, 'out/from.txt'), 'utf8')).toMatch(
      /^http\S+\/photo\/1\.jpg\thttps:\S+\n/,
    )
    const facts = JSON.parse(readFileSync(path.join(folder, 'logs/all.json'), 'utf8'))
    expect(facts[0]).toMatchObject({ image_filename: '1.0.jpg', image_format: 'jpg', image_width: 64 })
    const asked = host.requests.length
    const again = await run(config)
    expect(again.status, again.stderr).toBe(0)
    expect(host.requests.length).toBe(asked)
  })

  it('gives each search that shares a folder its own number of photos and its own keys', async () => {
    const { folder, run, host } = await setUp(12)
    const shared = { output_directory: 'all', no_directory: true }
    const records = [
      { keywords: 'ball, wave', limit: 2, ...shared },
      { keywords: 'sea', limit: 3, offset: 2, ignore_urls: '/4.jpg,/7.jpg', ...shared },
    ]
    const config = JSON.stringify({ Records: records })
    const looked = await run(config, '--dry-run', '--json')
    expect(documentOf(looked)).toMatchObject({ folders: [{ wanted: 7, preview: { length: 7 } }] })
    const told = await run(config)
    expect(told.status, told.stderr).toBe(0)
    expect(told.stdout).toMatch(/^7 of 7 /)
    const rows = readFileSync(path.join(folder, 'all', 'metadata.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
    const numbers = rows.map(row => Number(/(\d+)\.jpg$/.exec(JSON.parse(row).source_url)?.[1]))
    expect(numbers.slice(0, 4)).toEqual([0, 1, 2, 3])
    // Of those that are left, two are passed over, and what the keys leave out never comes.
    expect(numbers).toHaveLength(7)
    for (const number of [4, 7]) expect(numbers).not.toContain(number)
    const asked = host.requests.length
    expect((await run(config)).status).toBe(0)
    expect(host.requests).toHaveLength(asked)
  })

  it('only looks where it is told so', async () => {
    const { folder, run, host } = await setUp(4)
    const told = await run('{"Records":[{"keywords":"ball","no_download":true}]}')
    expect(told.status, told.stderr).toBe(0)
    expect(told.stdout).toMatch(/Would fetch 4 photos/)
    expect(existsSync(path.join(folder, 'downloads'))).toBe(false)
    expect(host.requests).toEqual([])
  })

  it('says what is wrong with the command', async () => {
    const { run } = await setUp(1)
    const told = await run(article, '--limit', '5')
    expect([told.status, told.stderr]).toEqual([2, expect.stringMatching(/leave out --limit/)])
    const alone = await chiquito(['collect', '-cf'])
    expect([alone.status, alone.stderr]).toEqual([2, expect.stringMatching(/Name the file after -cf/)])
  })
})

it("the article's way to its data is one script: two classes of equal size", async () => {
  const { folder, options } = await setUp(12)
  writeFileSync(path.join(folder, 'config.json'), article)
  const people = Array.from({ length: 20 }, (_, i) => i)
  const entries = await Promise.all(
    people.map(async i => ({
      name: `lfw/Person_${i}/Person_${i}_0001.jpg`,
      content: await drawing('ball', i, { side: 32, format: 'jpeg' }),
    })),
  )
  writeFileSync(path.join(folder, 'lfw.tgz'), gzipSync(tar(...entries)))
  const script = path.resolve(import.meta.dirname, '../examples/data-path.sh')
  const { stdout } = await promisify(execFile)('bash', [script, 'config.json', 'data'], {
    cwd: folder,
    env: {
      ...process.env,
      CHIQUITO: `${process.execPath} ${programFile}`,
      COLLECT: options.join(' '),
      LFW: '--archive lfw.tgz',
    },
  })
  expect(stdout).toMatch(/^12 photos and as many strangers in data/m)
  const { labels, photos } = await openDataset(path.join(folder, 'data'))
  expect(labels).toEqual(['chiquito de la calzada', 'not'])
  expect(photos).toHaveLength(24)
})
