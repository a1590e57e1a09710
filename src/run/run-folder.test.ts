import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { asNobody, canDropRights, smallDisk, temporaryFolder, writeTree } from '../../test/support/files.js'
import { type RunDetails, RunFolder } from './index.js'

const details: RunDetails = {
  seed: 4,
  recipe: 'auto',
  backbone: { name: 'efficientnet-lite0', id: 'abc' },
  dataset: { root: '/data', fingerprint: 'def', labels: ['cat', 'dog'] },
  configuration: { views: 8 },
  versions: { chiquito: '0.1.0' },
}

async function finishedRun(): Promise<string> {
  const path = join(temporaryFolder(), 'run')
  const run = await RunFolder.create(path, details)
  await run.writeModel(Uint8Array.of(1, 2, 3))
  await run.end('finished')
  return path
}

describe('RunFolder', () => {
  it.each(['removed', 'renamed'])('writes nothing more when it is %s, and says so', async way => {
    const path = join(temporaryFolder(), 'run')
    const run = await RunFolder.create(path, details)
    if (way === 'removed') rmSync(path, { recursive: true })
    else renameSync(path, `${path}-elsewhere`)
    for (const write of [run.writeMetrics({}), run.writeFigure('loss.svg', '<svg>'), run.end('finished')])
      await expect(write).rejects.toMatchObject({
        code: 'io',
        message: expect.stringMatching(/was removed, renamed or cleared .* --resume/),
      })
    expect(existsSync(path)).toBe(false)
  })

  it('keeps everything a run leaves, in folders it makes', async () => {
    const path = join(temporaryFolder(), 'some', 'where', 'run')
    const confusion = [
      [1, 2.5e-7],
      [-3, 4],
    ]
    const metrics = { accuracy: 0.9, confusion, names: ['[\n1,\n2]'] }
    const run = await RunFolder.create(path, details)
    expect(run.record).toMatchObject({ ...details, format: 'chiquito-run', version: 1, state: 'running' })
    run.log({ loss: 1 })
    await run.writeMetrics(metrics)
    await run.writeSplit({ by: 'folders' })
    await run.writeReport('<html>')
    await run.writeFigure('loss.svg', '<svg>')
    await run.writeModel(Uint8Array.of(1, 2, 3))
    await run.update({ versions: { chiquito: '0.1.0', node: '20' } })
    await run.end('finished')
    const read = await RunFolder.open(path)
    expect(read.record).toEqual(run.record)
    expect(read.record).toMatchObject({
      state: 'finished',
      versions: { node: '20' },
      ended: expect.any(String),
    })
    expect(await read.readLog()).toEqual([
      { event: 'start' },
      { loss: 1 },
      { event: 'end', state: 'finished' },
    ])
    expect(await read.readMetrics()).toEqual(metrics)
    expect(readFileSync(join(path, 'metrics.json'), 'utf8')).toContain('\n    [1, 2.5e-7],\n    [-3, 4]\n')
    expect(await read.readSplit()).toEqual({ by: 'folders' })
    expect([...(await read.readModel())]).toEqual([1, 2, 3])
    expect(readdirSync(path).sort()).toEqual([
      'figures',
      'log.jsonl',
      'metrics.json',
      'model.onnx',
      'report.html',
      'run.json',
      'split.json',
    ])
    expect(readdirSync(join(path, 'figures'))).toEqual(['chiquito.json', 'loss.svg'])
  })

  it('replaces a run with a model only when asked, and then removes nothing else', async () => {
    const path = await finishedRun()
    writeFileSync(join(path, 'my notes.txt'), 'mine')
    await expect(RunFolder.create(path, details)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('--overwrite'),
    })
    expect(existsSync(join(path, 'model.onnx'))).toBe(true)
    const run = await RunFolder.create(path, details, { overwrite: true })
    run.close()
    expect(readdirSync(path).sort()).toEqual(['log.jsonl', 'my notes.txt', 'run.json'])
    expect(await run.readLog()).toEqual([{ event: 'start' }])
  })

  it('replaces a run that ended without a model', async () => {
    const path = join(temporaryFolder(), 'run')
    const first = await RunFolder.create(path, details)
    await first.end('interrupted')
    const second = await RunFolder.create(path, { ...details, seed: 5 })
    second.close()
    expect((await RunFolder.open(path)).record).toMatchObject({ seed: 5, state: 'running' })
  })

  it.each(['interrupted', 'failed', 'running'] as const)(
    'replaces a run that was %s after its model was written',
    async state => {
      const path = join(temporaryFolder(), 'run')
      const first = await RunFolder.create(path, details)
      await first.writeModel(Uint8Array.of(1, 2, 3))
      if (state === 'running') first.close()
      else await first.end(state)
      const second = await RunFolder.create(path, details)
      second.close()
      expect(readdirSync(path).sort()).toEqual(['log.jsonl', 'run.json'])
    },
  )

  it('keeps out of folders that are in use, that hold other things, and of files', async () => {
    const run = await RunFolder.create(join(temporaryFolder(), 'run'), details)
    await expect(RunFolder.create(run.path, details)).rejects.toThrow(
      /Another chiquito .* is using the run folder/,
    )
    run.close()
    const home = writeTree({ 'thesis.doc': 'x', 'run.json': '{"other": "program"}' })
    await expect(RunFolder.create(home, details, { overwrite: true })).rejects.toThrow(
      /is not empty and is no run of chiquito \(it holds "run.json"/,
    )
    expect(readdirSync(home)).toHaveLength(2)
    await expect(RunFolder.create(join(home, 'thesis.doc'), details)).rejects.toThrow(/is a file/)
    await expect(RunFolder.create(join(home, 'thesis.doc', 'run'), details)).rejects.toThrow(/is a file/)
    const desktop = writeTree({ '.DS_Store': '' })
    ;(await RunFolder.create(desktop, details)).close()
  })

  it.skipIf(!canDropRights)('says at once that it may not write', async () => {
    const root = temporaryFolder()
    await expect(asNobody(() => RunFolder.create(join(root, 'run'), details))).rejects.toThrow(
      /permission denied/,
    )
    await expect(asNobody(() => RunFolder.create(root, details))).rejects.toThrow(/permission denied/)
    expect(readdirSync(root)).toEqual([])
  })

  it('keeps what it had when the disk fills up', async context => {
    const disk = smallDisk(128 * 1024)
    if (disk === undefined) return context.skip('mounting a small file system is not allowed here')
    const run = await RunFolder.create(join(disk, 'run'), details)
    await run.writeMetrics({ accuracy: 0.5 })
    await expect(run.writeModel(Buffer.alloc(200 * 1024))).rejects.toMatchObject({
      code: 'io',
      message: expect.stringMatching(/Cannot write ".*model.onnx": the disk is full: free some space/),
    })
    await run.end('failed')
    expect((await RunFolder.open(run.path)).record.state).toBe('failed')
    expect(await run.readMetrics()).toEqual({ accuracy: 0.5 })
  })

  it('refuses odd figure names', async () => {
    const run = await RunFolder.create(join(temporaryFolder(), 'run'), details)
    for (const name of ['../x.svg', 'a/b.svg', '.hidden', ''])
      await expect(run.writeFigure(name, '')).rejects.toMatchObject({ code: 'usage' })
    run.close()
  })

  it('says what is wrong with what it opens', async () => {
    const root = writeTree({
      'model.onnx': '',
      'newer/run.json': '{"format": "chiquito-run", "version": 2}',
      'damaged/run.json': JSON.stringify({ ...details, seed: -1, format: 'chiquito-run', version: 1 }),
      'empty/x': '',
    })
    const open = (name: string) => RunFolder.open(join(root, name))
    await expect(open('none')).rejects.toThrow(/does not exist. Give the folder that "chiquito train" wrote/)
    await expect(open('model.onnx')).rejects.toThrow(/is a file/)
    await expect(open('empty')).rejects.toThrow(/holds no run.json/)
    await expect(open('newer')).rejects.toThrow(/written by a newer chiquito/)
    await expect(open('damaged')).rejects.toThrow(/is damaged: at seed/)
    const path = await finishedRun()
    writeFileSync(join(path, 'split.json'), '{"by": "magic"}')
    writeFileSync(join(path, 'metrics.json'), '{')
    const run = await RunFolder.open(path)
    await expect(run.readSplit()).rejects.toThrow(/split.json" is damaged: at by/)
    await expect(run.readMetrics()).rejects.toThrow(/not valid JSON/)
    expect(JSON.parse(readFileSync(join(path, 'run.json'), 'utf8')).state).toBe('finished')
  })
})

describe('going on with a run', () => {
  const photos = [{ path: 'cat/1', label: 'cat', split: 'train', sha256: 'ab' }] as const

  async function cutOff() {
    const path = join(temporaryFolder(), 'run')
    const run = await RunFolder.create(path, details)
    await run.writeSplit({ by: 'folders' }, photos)
    run.log({ step: 1 })
    const { logged } = run
    await run.writeCheckpoint(Uint8Array.of(4, 5))
    run.log({ step: 2 })
    run.close()
    return { path, logged }
  }

  it('keeps its checkpoint and its photos, and takes back what was logged later', async () => {
    const { path, logged } = await cutOff()
    writeFileSync(join(path, 'checkpoint', '.state.safetensors.0123456789ab.tmp'), 'half')
    const run = await RunFolder.takeOver(path)
    expect(await run.readCheckpoint()).toEqual(Buffer.of(4, 5))
    expect(await run.readDivision()).toEqual({
      split: { by: 'folders' },
      recorded: { photos, labels: ['cat', 'dog'] },
    })
    expect(await run.readLog()).toHaveLength(3)
    await run.goOn({ ...details, versions: { chiquito: '0.2.0' } }, logged)
    expect(await run.readLog()).toEqual([
      { event: 'start' },
      { step: 1 },
      { event: 'resume', after: 'running' },
    ])
    expect(run.record).toMatchObject({ state: 'running', versions: { chiquito: '0.2.0' } })
    expect(readdirSync(join(path, 'checkpoint'))).toEqual(['state.safetensors'])
    await run.end('finished')
    expect(existsSync(join(path, 'checkpoint'))).toBe(false)
    await expect(RunFolder.takeOver(path)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/is finished: there is nothing to go on with/),
    })
  })

  it('begins its log anew where nothing had been kept, and changes nothing before it goes on', async () => {
    const path = join(temporaryFolder(), 'run')
    const first = await RunFolder.create(path, details)
    first.log({ step: 1 })
    await first.end('interrupted')
    const untouched = readFileSync(join(path, 'log.jsonl'), 'utf8')
    const run = await RunFolder.takeOver(path)
    expect([await run.readCheckpoint(), await run.readDivision()]).toEqual([undefined, undefined])
    expect(readFileSync(join(path, 'log.jsonl'), 'utf8')).toBe(untouched)
    await run.goOn(details, undefined)
    expect(await run.readLog()).toEqual([{ event: 'start' }, { event: 'resume', after: 'interrupted' }])
    expect(run.record.ended).toBeUndefined()
    run.close()
  })

  it('is for one at a time, and only for a run that is one', async () => {
    const { path } = await cutOff()
    const run = await RunFolder.takeOver(path)
    await expect(RunFolder.takeOver(path)).rejects.toThrow(/Another chiquito .* is using the run folder/)
    run.close()
    await expect(RunFolder.takeOver(temporaryFolder())).rejects.toThrow(/holds no run\.json/)
    writeFileSync(join(path, 'split.json'), '{"by":"folders","photos":[{"path":1}]}')
    const again = await RunFolder.takeOver(path)
    await expect(again.readDivision()).rejects.toThrow(/split\.json" is damaged: at photos/)
    again.close()
  })

  it('keeps the old checkpoint where the disk is full', async context => {
    const disk = smallDisk(1e6)
    if (disk === undefined) return context.skip('mounting a small file system is not allowed here')
    const run = await RunFolder.create(join(disk, 'run'), details)
    await run.writeCheckpoint(Uint8Array.of(4, 5))
    await expect(run.writeCheckpoint(new Uint8Array(2e6))).rejects.toMatchObject({
      code: 'io',
      message: expect.stringMatching(/Cannot write ".*state\.safetensors": the disk is full/),
    })
    expect(await run.readCheckpoint()).toEqual(Buffer.of(4, 5))
    run.close()
  })
})
