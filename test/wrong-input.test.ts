// What cannot work must say what is wrong and what to do, end with the right exit code, and leave nothing half done.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { PredictResult } from '../src/actions/predict.js'
import type { TrainResult } from '../src/actions/train.js'
import { chiquito, documentOf, programFile } from './support/chiquito.js'
import { canDropRights, resizeDisk, smallDisk, temporaryFolder, writeTree } from './support/files.js'
import { drawing, drawings } from './support/photos.js'
import { smallRuns } from './support/small-runs.js'

const { at, data, train, trained } = smallRuns()
/** Options with which the first large file of a run is its model. */
const large = ['--backbone', 'efficientnet-lite0']
const frozen = ['--recipe', 'auto', '--fine-tune', 'never', ...large]
/** Of a small network, and of one that knows what it sees and is too large for small disks. */
const finished = trained('finished')
const complete = trained('complete', frozen)

const model = (run: string) => readFileSync(path.join(run, 'model.onnx'))
const stateOf = (run: string): unknown => JSON.parse(readFileSync(path.join(run, 'run.json'), 'utf8')).state

/** Each makes a data set that is none, and gives the folder to train on. */
const wrongData: [string, () => Promise<string> | string, RegExp][] = [
  [
    'no such folder',
    () => at('no such folder'),
    /no such folder": there is no such file or folder: check the spelling/,
  ],
  [
    'a folder that is a file',
    () => path.join(data, 'train/ball/1.png'),
    /ball\/1\.png" is a file\. Give a folder with one sub-folder of photos per class/,
  ],
  [
    'an empty folder',
    () => writeTree({ '.keep': '' }),
    /has no class folders\. Put the photos of each class/,
  ],
  [
    'photos in no class folder',
    async () => writeTree(await drawings('.', 'ball', 4)),
    /has no class folders, only 4 files, such as "1\.png"\. Put the photos of each class/,
  ],
  [
    'one class only',
    async () => writeTree(await drawings('ball', 'ball', 4)),
    /only one class, "ball".*add a folder with photos of something else/,
  ],
  [
    'an empty class',
    async () => writeTree({ ...(await drawings('ball', 'ball', 4)), 'wave/.keep': '' }),
    /only one class, "ball"\. There is no photo in "wave"\./,
  ],
  [
    'a class with nothing but other files',
    async () =>
      writeTree({ ...(await drawings('ball', 'ball', 4)), 'wave/notes.txt': 'x', 'wave/a.pdf': 'x' }),
    /only one class, "ball"\. There is no photo in "wave"\./,
  ],
  [
    'parts with other classes',
    async () =>
      writeTree({
        ...(await drawings('train/ball', 'ball', 2)),
        ...(await drawings('train/wave', 'wave', 2)),
        ...(await drawings('valid/ball', 'ball', 1)),
        ...(await drawings('valid/sea', 'wave', 1)),
      }),
    /only "valid" has "sea", and only "train" has "wave"\. Rename the folders/,
  ],
]

describe('a data set', () => {
  it.each(wrongData)('that is %s is refused before anything is written', async (_what, make, message) => {
    const out = path.join(temporaryFolder(), 'run')
    const told = await train(await make(), out)
    expect(told.status, told.stderr).toBe(1)
    expect(told.stderr).toMatch(message)
    expect(documentOf(told)).toEqual({
      error: { code: expect.stringMatching(/^(data|io)$/), message: expect.stringMatching(message) },
    })
    expect(existsSync(out)).toBe(false)
  })

  it.each(['auto', 'fastai-2018'])(
    'of which every photo of a class is broken is refused by recipe %s before anything is written',
    async recipe => {
      const texts = Object.fromEntries([1, 2, 3, 4].map(i => [`train/wave/${i}.jpg`, `photo ${i}`]))
      const root = writeTree({
        ...(await drawings('train/ball', 'ball', 4)),
        ...texts,
        ...(await drawings('valid/ball', 'ball', 1, { from: 20 })),
        ...(await drawings('valid/wave', 'wave', 1, { from: 20 })),
      })
      const out = path.join(temporaryFolder(), 'run')
      const told = await train(root, out, ['--recipe', recipe])
      expect(told.status, told.stderr).toBe(1)
      expect(told.stderr).toMatch(/Class "wave" has no readable photo in the training part\. 4 photos/)
      expect(told.stderr).toMatch(/train\/wave\/1\.jpg: not an image.*\n.*and 1 more\nAdd photos of "wave"/s)
      expect(documentOf(told)).toMatchObject({ error: { code: 'data' } })
      expect(existsSync(out)).toBe(false)
    },
  )

  it('with a class of one photo, or of copies of one, is learnt from, and it says that the class is not measured', async () => {
    const one = await drawing('wave', 1)
    const copies = Object.fromEntries([1, 2, 3].map(i => [`wave/${i}.png`, one]))
    for (const wave of [{ 'wave/1.png': one }, copies]) {
      const root = writeTree({ ...(await drawings('ball', 'ball', 4)), ...wave })
      const told = await train(root, path.join(temporaryFolder(), 'run'))
      expect(told.status, told.stderr).toBe(0)
      expect(told.stderr).toMatch(/Class "wave" has one photo.*cannot be measured/)
    }
  })

  it('with a file name that breaks lines and colours is named in one plain line', async () => {
    const root = writeTree({
      ...(await drawings('ball', 'ball', 2)),
      ...(await drawings('wave', 'wave', 2)),
      'ball/two\nlines\u001b[31m.jpg': 'no photo',
    })
    const told = await chiquito(['evaluate', finished, root, '--threads', '1'])
    expect(told.status, told.stderr).toBe(0)
    expect(told.stdout).toContain(': ball/two\u240alines\u241b[31m.jpg.')
    expect(told.stdout).not.toContain('\u001b')
  })
})

/** A PNG whose header says another size than its pixels have. */
function claiming(png: Uint8Array, width: number, height: number): Buffer {
  const bytes = Buffer.from(png)
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29)
  return bytes
}

/** Makes a process write its highest memory use, in bytes, to a file as it ends. */
function watchMemory(file: string): Record<string, string> {
  const script = `import{writeFileSync as w}from'node:fs';process.on('exit',()=>w(${JSON.stringify(file)},String(process.resourceUsage().maxRSS*1024)))`
  return { NODE_OPTIONS: `--import=data:text/javascript;base64,${Buffer.from(script).toString('base64')}` }
}

describe('a zip bomb of a PNG', () => {
  it('is told by its header, and does not disturb the others', async () => {
    const small = await drawing('ball', 1)
    const bombs = {
      'train/ball/wide.png': claiming(small, 60_000, 60_000),
      'train/ball/area.png': claiming(small, 29_000, 29_000),
      'valid/wave/high.png': claiming(small, 100, 2 ** 31 - 1),
      'test/wave/all there is.png': claiming(small, 1, 1),
    }
    const root = writeTree(bombs, writeTree({}))
    writeTree(
      Object.fromEntries(filesOf(data).map(name => [name, readFileSync(path.join(data, name))])),
      root,
    )
    const told = await train(root, path.join(temporaryFolder(), 'run'))
    expect(told.status, told.stderr).toBe(0)
    const { unreadable, photos, test } = documentOf<TrainResult>(told)
    expect(photos).toEqual({ train: 12, valid: 4, test: 0 })
    expect(test).toBeUndefined()
    expect(unreadable.map(one => one.path).sort()).toEqual(Object.keys(bombs).sort())
    for (const { reason } of unreadable)
      expect(reason).toMatch(/pixels, (longer|more) than the limit|pixels, too few|damaged/)
  })

  it('takes bounded memory where its size is just allowed', async () => {
    // 270 MB of pixels in a megabyte.
    const create = { width: 30_000, height: 3000, channels: 3 as const, background: '#c03010' }
    const png = await sharp({ create }).png().toBuffer()
    expect(png.length).toBeLessThan(2e6)
    const root = writeTree({ 'poster.png': png, 'small.png': await drawing('wave', 30) })
    const file = path.join(root, 'peak')
    const told = await chiquito(['predict', complete, root, '--json'], { env: watchMemory(file) })
    expect(told.status, told.stderr).toBe(0)
    const { predictions, unreadable } = documentOf<PredictResult>(told)
    expect(predictions.length + unreadable.length).toBe(2)
    expect(predictions.find(one => one.path.endsWith('small.png'))?.label).toBe('wave')
    expect(Number(readFileSync(file, 'utf8'))).toBeLessThan(1e9)
  })
})

function filesOf(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(name =>
    statSync(path.join(root, name)).isFile(),
  )
}

describe('a folder for the run', () => {
  it('that holds something else is refused and left alone', async () => {
    const other = writeTree({ 'thesis.doc': 'years of work' })
    for (const more of [[], ['--overwrite']]) {
      const told = await train(data, other, more)
      expect(told).toMatchObject({
        status: 2,
        stderr: expect.stringMatching(
          /is not empty and is no run of chiquito \(it holds "thesis.doc", for example\)\. Give a new/,
        ),
      })
    }
    expect(filesOf(other)).toEqual(['thesis.doc'])
    const photos = await train(data, data)
    expect(photos).toMatchObject({ status: 2, stderr: expect.stringMatching(/is not empty/) })
    expect(readdirSync(data).sort()).toEqual(['train', 'valid'])
  })

  it('that is a file is refused', async () => {
    const file = path.join(writeTree({ 'thesis.doc': 'x' }), 'thesis.doc')
    for (const out of [file, path.join(file, 'run')])
      expect(await train(data, out)).toMatchObject({
        status: 2,
        stderr: expect.stringMatching(/is a file\. Give a folder/),
      })
    expect(readFileSync(file, 'utf8')).toBe('x')
  })

  it('that holds a finished run is replaced only when asked', async () => {
    const before = statSync(path.join(finished, 'run.json')).mtimeMs
    const told = await train(data, finished)
    expect(told).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/already holds a run with a model\. Give another folder, or --overwrite/),
    })
    expect(statSync(path.join(finished, 'run.json')).mtimeMs).toBe(before)
    const bytes = model(finished)
    const again = await train(data, finished, ['--overwrite'])
    expect(again.status, again.stderr).toBe(0)
    expect(model(finished).equals(bytes)).toBe(true)
  })

  it.skipIf(!canDropRights)(
    'may not be written by this user (only root can become another user)',
    async context => {
      const nobody = { uid: 65534, gid: 65534 }
      if ((await chiquito(['--version'], nobody)).status !== 0)
        context.skip('another user cannot read this checkout')
      const root = temporaryFolder()
      const told = await train(data, path.join(root, 'run'), [], nobody)
      expect(told).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(
          /Cannot make a folder in ".*": permission denied: change the permissions/,
        ),
      })
      const own = path.join(root, 'own')
      mkdirSync(own)
      expect((await train(data, own, [], nobody)).stderr).toMatch(/permission denied: change the permissions/)
      expect(readdirSync(root, { recursive: true })).toEqual(['own'])
    },
  )

  it.skipIf(!canDropRights)('is all that must be writable: the cache need not be', async context => {
    const nobody = { uid: 65534, gid: 65534 }
    if ((await chiquito(['--version'], nobody)).status !== 0)
      context.skip('another user cannot read this checkout')
    const root = temporaryFolder()
    mkdirSync(path.join(root, 'out'))
    chmodSync(path.join(root, 'out'), 0o777)
    const env = { CHIQUITO_CACHE: path.join(root, 'cache') }
    const told = await train(data, path.join(root, 'out/run'), [], { ...nobody, env })
    expect(told.status, told.stderr).toBe(0)
    expect(told.stderr).toMatch(/Cannot write the feature cache.*permission denied/)
    expect(model(path.join(root, 'out/run')).equals(model(finished))).toBe(true)
    const hidden = writeTree({
      ...(await drawings('ball', 'ball', 2)),
      ...(await drawings('wave', 'wave', 2)),
    })
    chmodSync(path.join(hidden, 'wave'), 0o700)
    const refused = await train(hidden, path.join(root, 'out/other'), [], { ...nobody, env })
    expect(refused).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/Cannot read the folder ".*wave": permission denied/),
    })
    expect(readdirSync(path.join(root, 'out'))).toEqual(['run'])
  })
})

describe('a disk', () => {
  const notAllowed = 'mounting a small file system is not allowed here'

  it('that is read-only is named', async context => {
    const disk = smallDisk(1e6, { readOnly: true })
    if (disk === undefined) return context.skip(notAllowed)
    const told = await train(data, path.join(disk, 'run'))
    expect(told).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/the file system is read-only: choose a folder that can be written/),
    })
  })

  it('too full for a checkpoint ends the run, and no half a file', async context => {
    const disk = smallDisk(1e6)
    if (disk === undefined) return context.skip(notAllowed)
    const out = path.join(disk, 'run')
    const told = await train(data, out, large)
    expect(told.status, told.stderr).toBe(1)
    expect(told.stderr).toMatch(/Cannot write ".*state\.safetensors": the disk is full: free some space/)
    expect(documentOf(told)).toMatchObject({ error: { code: 'io' } })
    expect(
      readdirSync(out, { recursive: true }).filter(name => /safetensors|tmp|onnx/.test(`${name}`)),
    ).toEqual([])
    expect(stateOf(out)).toBe('failed')
  })

  it('too full for the model ends the run, and no half a file', async context => {
    const disk = smallDisk(1e6)
    if (disk === undefined) return context.skip(notAllowed)
    const out = path.join(disk, 'run')
    const told = await train(data, out, frozen)
    expect(told.status, told.stderr).toBe(1)
    expect(told.stderr).toMatch(/Cannot write ".*model\.onnx": the disk is full: free some space/)
    expect(documentOf(told)).toMatchObject({ error: { code: 'io' } })
    expect(readdirSync(out).sort()).toEqual(['checkpoint', 'log.jsonl', 'run.json', 'split.json'])
    expect(stateOf(out)).toBe('failed')
  })

  it('too full for the report ends the run too, and with more room the same command gets through', async context => {
    const size = statSync(path.join(complete, 'model.onnx')).size
    const disk = smallDisk(size + 60_000)
    if (disk === undefined) return context.skip(notAllowed)
    const out = path.join(disk, 'run')
    const told = await train(data, out, frozen)
    expect(told.status, told.stderr).toBe(1)
    expect(told.stderr).toMatch(/Cannot write ".*report\.html": the disk is full: free some space/)
    expect(readdirSync(out)).not.toContain('report.html')
    expect(readdirSync(out)).not.toContain('metrics.json')
    expect(readdirSync(out).filter(name => name.endsWith('.tmp') || name === '.lock')).toEqual([])
    expect(model(out).equals(model(complete))).toBe(true)
    expect(stateOf(out)).toBe('failed')
    resizeDisk(disk, 4 * size)
    const again = await train(data, out, frozen)
    expect(again.status, again.stderr).toBe(0)
    expect(model(out).equals(model(complete))).toBe(true)
    expect(stateOf(out)).toBe('finished')
  })

  it('too full for the feature cache changes nothing but the time the next run takes', async context => {
    const disk = smallDisk(64 * 1024)
    if (disk === undefined) return context.skip(notAllowed)
    const out = path.join(temporaryFolder(), 'run')
    const told = await train(data, out, frozen, { env: { CHIQUITO_CACHE: path.join(disk, 'cache') } })
    expect(told.status, told.stderr).toBe(0)
    expect(told.stderr).toMatch(/feature cache.*the disk is full/)
    expect(model(out).equals(model(complete))).toBe(true)
  })

  it.skipIf(!existsSync('/dev/full'))('too full for standard output is told (needs /dev/full)', () => {
    const { status, stderr } = spawnSync(process.execPath, [programFile, 'backbones', '--json'], {
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
      encoding: 'utf8',
    })
    expect(status).toBe(1)
    expect(stderr).toMatch(/Cannot write the result to standard output.*ENOSPC/)
  })
})
