// A folder of collected photos that is come back to: looked at before, added to, changed by its owner. Through the command line.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { openDataset } from '../src/dataset/index.js'
import { documentOf } from './support/chiquito.js'
import { fromList, openverse, photosIn, rowsIn } from './support/collect/folders.js'
import { smallPhoto } from './support/collect/photo-host.js'
import { temporaryFolder } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { serve } from './support/server.js'

describe('collect --dry-run', () => {
  it('says what would come and from where, asks for no photo and writes nothing', async () => {
    const { collect, fetched, address } = await openverse()
    const out = path.join(temporaryFolder(), 'ball')
    const told = await collect('ball', out, '--limit', '3', '--dry-run')
    expect(told.status, told.stderr).toBe(0)
    for (const number of [0, 1, 2]) expect(told.stdout).toContain(`${address}/photo/${number}.jpg`)
    expect(told.stdout).not.toContain('/photo/3.jpg')
    expect(fetched()).toEqual([])
    expect(existsSync(out)).toBe(false)
  })

  it('tells what --add would bring: what is there is left out', async () => {
    const { collect, fetched, address } = await openverse()
    const out = path.join(temporaryFolder(), 'ball')
    await collect('ball', out, '--limit', '3')
    const before = [readdirSync(out), fetched().length]
    const told = await collect('ball', out, '--limit', '2', '--add', '--dry-run', '--json')
    expect(told.status, told.stderr).toBe(0)
    expect(told.stdout).toContain(`${address}/photo/3.jpg`)
    expect(told.stdout).toContain(`${address}/photo/4.jpg`)
    expect(told.stdout).not.toContain('/photo/2.jpg')
    expect([readdirSync(out), fetched().length]).toEqual(before)
  })
})

describe('collect --add', () => {
  it('brings so many more, under the next numbers, and fetches nothing twice', async () => {
    const { collect, fetched } = await openverse()
    const out = path.join(temporaryFolder(), 'ball')
    await collect('ball', out, '--limit', '5')
    const refused = await collect('other', out, '--limit', '5')
    expect(refused.status).toBe(2)
    expect(refused.stderr).toContain(
      'holds another collection. Give --add to go on with it, or another folder.',
    )
    const told = await collect('ball', out, '--limit', '4', '--add', '--json')
    expect(told.status, told.stderr).toBe(0)
    expect(documentOf(told)).toMatchObject({ photos: 9, classes: [{ photos: 4, wanted: 4 }] })
    const names = Array.from({ length: 9 }, (_, i) => `0000${i + 1}.jpg`)
    expect(photosIn(out)).toEqual(names)
    expect(rowsIn(out).map(row => row.file_name)).toEqual(names)
    expect(new Set(fetched()).size).toBe(fetched().length)
    const page = readFileSync(path.join(out, 'ATTRIBUTION.md'), 'utf8')
    for (const name of names) expect(page).toContain(`\`${name}\``)
  })

  it('is not needed for a higher limit, which is that of all photos', async () => {
    const { collect, fetched } = await openverse()
    const out = path.join(temporaryFolder(), 'ball')
    await collect('ball', out, '--limit', '3')
    const told = await collect('ball', out, '--limit', '8', '--json')
    expect(documentOf(told)).toMatchObject({ photos: 8, classes: [{ photos: 8, wanted: 8 }] })
    const fewer = await collect('ball', out, '--limit', '2')
    expect(fewer.status, fewer.stderr).toBe(0)
    expect(photosIn(out)).toHaveLength(8)
    expect(fetched()).toHaveLength(8)
  })

  it('takes another keyword and another source', async () => {
    const { collect, address } = await openverse(4)
    const folder = temporaryFolder()
    const [out, list] = [path.join(folder, 'ball'), path.join(folder, 'list.txt')]
    await collect('ball', out, '--limit', '4')
    expect((await collect('other', out, '--limit', '2', '--add')).status).toBe(0)
    // One that is there, two that are not.
    writeFileSync(list, [1, 600, 601].map(number => `${address}/photo/${number}.jpg\n`).join(''))
    const told = await fromList(list, out, [address], '--limit', '5', '--add')
    expect(told.status, told.stderr).toBe(0)
    expect(rowsIn(out).map(row => row.source_url.replace(address, ''))).toEqual(
      [0, 1, 2, 3, 500, 501, 600, 601].map(number => `/photo/${number}.jpg`),
    )
    expect(photosIn(out)).toHaveLength(8)
  })

  it('keeps what a folder of other photos says of them', async () => {
    const { collect } = await openverse()
    const out = temporaryFolder()
    writeFileSync(path.join(out, 'Ana_0001.jpg'), await smallPhoto(900))
    const row = { file_name: 'Ana_0001.jpg', label: 'people', license: '' }
    writeFileSync(path.join(out, 'metadata.jsonl'), `${JSON.stringify(row)}\n`)
    const told = await collect('ball', out, '--limit', '2', '--add')
    expect(told.status, told.stderr).toBe(0)
    expect(rowsIn(out)[0]).toEqual(row)
    expect(rowsIn(out).map(one => one.file_name)).toEqual(['Ana_0001.jpg', '00001.jpg', '00002.jpg'])
  })

  it('attributes the photos that another collection brought, as long as they are there', async () => {
    const { collect } = await openverse()
    const out = temporaryFolder()
    writeFileSync(path.join(out, 'Ana_0001.jpg'), await smallPhoto(900))
    const row = { file_name: 'Ana_0001.jpg', label: 'people', source: 'lfw', license: '', title: 'Ana' }
    const rows = [row, { ...row, file_name: 'Gone_0001.jpg' }]
    writeFileSync(path.join(out, 'metadata.jsonl'), rows.map(one => `${JSON.stringify(one)}\n`).join(''))
    const told = await collect('ball', out, '--limit', '2', '--add')
    expect(told.status, told.stderr).toBe(0)
    for (const name of ['ATTRIBUTION.md', 'ATTRIBUTION.html']) {
      const text = readFileSync(path.join(out, name), 'utf8')
      expect(text).toContain('Ana_0001.jpg')
      expect(text).toContain('00002.jpg')
      expect(text).not.toContain('Gone_0001.jpg')
    }
  })
})

describe('a folder that doctor put right', () => {
  it('is added to as it is now: rows and names follow what was done, and undo takes only that back', async () => {
    const { collect } = await openverse()
    const root = temporaryFolder()
    const [ball, other] = ['ball', 'other'].map(name => path.join(root, name))
    for (const out of [ball, other]) await collect(path.basename(out), out, '--limit', '8')
    const bytesOf = (file: string) => readFileSync(path.join(ball, file))
    writeFileSync(path.join(ball, '00003.jpg'), await sharp(bytesOf('00003.jpg')).png().toBuffer())
    writeFileSync(path.join(ball, '00004.jpg'), bytesOf('00001.jpg'))
    for (const file of photosIn(other)) {
      const large = sharp(readFileSync(path.join(other, file))).resize(400, 300, { fit: 'fill' })
      writeFileSync(path.join(other, file), await large.toBuffer())
    }
    const before = textsIn(ball)

    const fixed = await chiquitoHere(['doctor', root, '--fix', '--quick'])
    expect(fixed.status, fixed.stderr).toBe(0)
    for (const [file, text] of Object.entries(textsIn(ball))) {
      expect(text, file).toContain('00003.png')
      expect(text, file).not.toMatch(/00003\.jpg|00004\.jpg/)
    }
    const evened = await chiquitoHere(['doctor', root, '--even-out', '--quick'])
    expect(evened.status, evened.stderr).toBe(0)
    const rows = rowsIn(ball)
    const sha256 = createHash('sha256').update(bytesOf('00001.jpg')).digest('hex')
    expect(rows[0]).toMatchObject({ file_name: '00001.jpg', sha256 })
    expect(before['metadata.jsonl']).not.toContain(sha256)

    for (const out of [ball, other]) {
      const added = await collect(path.basename(out), out, '--limit', '2', '--add', '--json')
      expect(added.status, added.stderr).toBe(0)
      expect(documentOf(added)).toMatchObject({ photos: out === ball ? 9 : 10 })
    }
    expect(rowsIn(ball).slice(0, 7)).toEqual(rows)
    const names = rowsIn(ball).map(row => row.file_name)
    expect(names).toEqual([1, 2, 3, 5, 6, 7, 8, 9, 10].map(i => `000${String(i).padStart(2, '0')}.jpg`))
    for (const [file, text] of Object.entries(textsIn(ball)))
      for (const name of names) expect(text.split(name).length, `${name} in ${file}`).toBe(2)

    const back = await chiquitoHere(['undo', root, '--since', '1'])
    expect(back.status, back.stdout).toBe(0)
    for (const [file, text] of Object.entries(textsIn(ball))) {
      const lines = text.split('\n')
      for (const line of before[file].split('\n')) expect(lines, file).toContain(line)
      expect(text, file).toContain('00010.jpg')
    }
    expect((await collect('ball', ball, '--limit', '1', '--add')).status).toBe(0)
    expect(
      rowsIn(ball)
        .map(row => row.file_name)
        .sort(),
    ).toEqual(photosIn(ball))
  })
})

/** What tells of the photos in a folder. */
function textsIn(folder: string): Record<string, string> {
  const names = ['metadata.jsonl', 'ATTRIBUTION.md', 'ATTRIBUTION.html']
  return Object.fromEntries(names.map(name => [name, readFileSync(path.join(folder, name), 'utf8')]))
}

describe('a folder that its owner changes', () => {
  it('does not get back what was taken away', async () => {
    const { collect, fetched, address } = await openverse()
    const root = temporaryFolder()
    for (const name of ['ball', 'other']) await collect(name, path.join(root, name), '--limit', '10')
    const out = path.join(root, 'ball')
    rmSync(path.join(out, '00002.jpg'))
    rmSync(path.join(out, '00010.jpg'))
    const told = await collect('ball', out, '--limit', '3', '--add')
    expect(told.status, told.stderr).toBe(0)
    expect(photosIn(out)).toHaveLength(11)
    expect(existsSync(path.join(out, '00010.jpg'))).toBe(false)
    expect(rowsIn(out).map(row => row.file_name)).toEqual(photosIn(out))
    expect(rowsIn(out).map(row => row.source_url)).not.toContain(`${address}/photo/1.jpg`)
    expect(new Set(fetched()).size).toBe(fetched().length)
    expect(readFileSync(path.join(out, 'ATTRIBUTION.md'), 'utf8')).not.toContain('`00002.jpg`')
    const dataset = await openDataset(root)
    expect(dataset).toMatchObject({ labels: ['ball', 'other'], notices: [], oddities: [] })
    expect(dataset.photos).toHaveLength(21)
  })

  it('keeps the photos that were there: names are not given twice, and copies of them do not count', async () => {
    const { collect } = await openverse()
    const out = path.join(temporaryFolder(), 'ball')
    mkdirSync(out)
    const own = {
      '00001.jpg': await smallPhoto(700),
      'mine.png': await sharp(await smallPhoto(1))
        .png()
        .toBuffer(),
    }
    for (const [name, bytes] of Object.entries(own)) writeFileSync(path.join(out, name), bytes)
    const told = await collect('ball', out, '--limit', '4', '--json')
    expect(told.status, told.stderr).toBe(0)
    expect(documentOf(told)).toMatchObject({ photos: 4, refused: [{ count: 1 }] })
    for (const [name, bytes] of Object.entries(own))
      expect(readFileSync(path.join(out, name)).equals(bytes)).toBe(true)
    expect(photosIn(out)).toEqual(['00001.jpg', '00002.jpg', '00003.jpg', '00004.jpg', '00005.jpg'])
  })
})

describe('a folder in which nothing was found', () => {
  it('is not there, and no error is said twice', async () => {
    const out = path.join(temporaryFolder(), 'ball')
    const told = await chiquitoHere(['collect', 'ball', '--source', `folder=${out}-none`, '--out', out])
    expect(told.status).toBe(1)
    expect(`${told.stdout}${told.stderr}`.match(/Cannot open the folder/g)).toHaveLength(1)
    expect(existsSync(out)).toBe(false)
  })

  it('keeps what else is in it, and a script does not go on', async () => {
    const folder = temporaryFolder()
    const [out, empty] = [path.join(folder, 'ball'), path.join(folder, 'empty')]
    for (const one of [out, empty]) mkdirSync(one)
    writeFileSync(path.join(out, 'notes.txt'), 'mine')
    const told = await chiquitoHere(['collect', 'ball', '--source', `folder=${empty}`, '--out', out])
    expect(told.status).toBe(1)
    expect(told.stdout).toContain('0 of 800: the sources have no more')
    expect(readdirSync(out)).toEqual(['notes.txt'])
  })

  it('is as free as a new one', async () => {
    const server = await serve((_, response) => response.writeHead(403).end())
    const out = path.join(temporaryFolder(), 'ball')
    const failed = await chiquitoHere([
      'collect',
      'bal',
      '--out',
      out,
      '--source',
      `openverse=${server.address}`,
    ])
    expect(failed.status).toBe(1)
    const { collect } = await openverse()
    const told = await collect('ball', out, '--limit', '2')
    expect(told.status, told.stderr).toBe(0)
    expect(photosIn(out)).toEqual(['00001.jpg', '00002.jpg'])
  })
})

describe('what was wrong the first time', () => {
  it('is made good: a server that is allowed now, a list and a folder that have grown', async () => {
    const { address } = await openverse()
    const folder = temporaryFolder()
    const [out, list, own] = ['out', 'list.txt', 'own'].map(name => path.join(folder, name))
    const write = (count: number) =>
      writeFileSync(list, Array.from({ length: count }, (_, i) => `${address}/photo/${i}.jpg\n`).join(''))
    write(3)
    const forgotten = await fromList(list, out, [])
    expect(forgotten.status).toBe(1)
    expect(forgotten.stdout).toMatch(
      / 3 {2}leads to this machine or a private network \(--allow-host HOST:PORT/,
    )
    expect((await fromList(list, out, [], '--allow-host', 'localhost')).stderr).toContain(
      '--allow-host must be a server and its port, such as localhost:8000, but is "localhost"',
    )
    const preview = await fromList(list, out, [address], '--dry-run')
    expect(preview.stdout).toContain('Would fetch 3 photos')
    const told = await fromList(list, out, [address])
    expect(told.status, told.stderr).toBe(0)
    expect(photosIn(out)).toHaveLength(3)
    write(5)
    expect((await fromList(list, out, [address])).status).toBe(0)
    expect(photosIn(out)).toHaveLength(5)

    mkdirSync(own)
    const bring = () =>
      chiquitoHere(['collect', 'me', '--source', `folder=${own}`, '--out', path.join(folder, 'me')])
    for (const number of [1, 2]) {
      writeFileSync(path.join(own, `${number}.jpg`), await smallPhoto(800 + number))
      expect((await bring()).status).toBe(0)
      expect(photosIn(path.join(folder, 'me'))).toHaveLength(number)
    }
  })

  it('does not keep --dry-run from asking the other sources', async () => {
    const { collect, address } = await openverse()
    const dead = await serve((_, response) => response.writeHead(403).end())
    const out = path.join(temporaryFolder(), 'ball')
    const told = await collect(
      'ball',
      out,
      '--source',
      `commons=${dead.address}`,
      '--limit',
      '60',
      '--dry-run',
    )
    expect(told.status, told.stderr).toBe(0)
    expect(told.stdout).toContain(`${address}/photo/0.jpg`)
    expect(told.stderr).toContain('Wikimedia Commons failed: ')
  })
})

describe('a photo that one search found and left', () => {
  /** Addresses of the photos in a class. */
  const inClass = (out: string, label: string) =>
    rowsIn(out)
      .filter(row => row.file_name.startsWith(label))
      .map(row => path.basename(row.source_url))

  it('is offered to the next keyword, and fetched once', async () => {
    const { address, fetched } = await openverse(9)
    const out = path.join(temporaryFolder(), 'out')
    const collect = (...more: string[]) =>
      chiquitoHere(['collect', 'cat', 'dog', '--out', out, '--source', `openverse=${address}`, ...more])
    const looked = await collect('--limit', '3', '--dry-run', '--json')
    expect(looked.stdout.match(/photo\/\d/g)).toHaveLength(6)
    const told = await collect('--limit', '3')
    expect(told.status, told.stderr).toBe(0)
    expect(inClass(out, 'cat')).toEqual(['0.jpg', '1.jpg', '2.jpg'])
    expect(inClass(out, 'dog')).toEqual(['3.jpg', '4.jpg', '5.jpg'])
    expect((await collect('--limit', '5')).status).toBe(0)
    expect(inClass(out, 'cat')).toEqual(['0.jpg', '1.jpg', '2.jpg', '6.jpg', '7.jpg'])
    expect(inClass(out, 'dog')).toEqual(['3.jpg', '4.jpg', '5.jpg', '8.jpg'])
    expect(fetched()).toHaveLength(9)
  })

  it('is offered again where another licence will do, or another site', async () => {
    const { collect, fetched } = await openverse(10)
    const out = path.join(temporaryFolder(), 'ball')
    const wrong = await collect('ball', out, '--limit', '6', '--site', 'example.com')
    expect(wrong.status).toBe(1)
    const narrow = await collect('ball', out, '--limit', '6', '--no-naming', '--add')
    expect(narrow.status, narrow.stderr).toBe(0)
    expect(photosIn(out)).toHaveLength(2)
    const told = await collect('ball', out, '--limit', '6', '--add')
    expect(told.status, told.stderr).toBe(0)
    expect(photosIn(out)).toHaveLength(8)
    expect(fetched()).toHaveLength(8)
  })
})
