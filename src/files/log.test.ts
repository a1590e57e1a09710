import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { kill, smallDisk, startEndless, temporaryFolder, writeTree } from '../../test/support/files.js'
import { LogWriter, readLog } from './index.js'

describe('log', () => {
  it('keeps records in order, also of several writers one after another', async () => {
    const path = join(temporaryFolder(), 'log.jsonl')
    for (const step of [1, 2]) {
      const log = LogWriter.open(path)
      log.append({ step, loss: 0.5, note: 'línea\nnueva' })
      log.close()
    }
    expect(await readLog(path)).toEqual([1, 2].map(step => ({ step, loss: 0.5, note: 'línea\nnueva' })))
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(3)
  })

  it('passes over a torn line and goes on after it', async () => {
    const root = writeTree({ 'log.jsonl': '{"step":1}\n{"step":2,"los' })
    const log = LogWriter.open(join(root, 'log.jsonl'))
    log.append({ step: 3 })
    log.close()
    expect(await readLog(join(root, 'log.jsonl'))).toEqual([{ step: 1 }, { step: 3 }])
  })

  it('loses at most the last line when it is killed', async () => {
    const path = join(temporaryFolder(), 'log.jsonl')
    await kill(await startEndless('appendLog', path))
    const records = await readLog(path)
    expect(records.length).toBeGreaterThan(10)
    expect(records.every(({ step }, i) => step === i)).toBe(true)
    expect(readFileSync(path, 'utf8').split('\n').length - records.length).toBeLessThanOrEqual(1)
  })

  it('says that the disk is full', context => {
    const disk = smallDisk(16 * 1024)
    if (disk === undefined) return context.skip('mounting a small file system is not allowed here')
    const log = LogWriter.open(join(disk, 'log.jsonl'))
    const fill = () => {
      for (let i = 0; i < 100; i++) log.append({ text: 'x'.repeat(1000) })
    }
    expect(fill).toThrow(/Cannot write ".*log.jsonl": the disk is full/)
    log.close()
  })

  it('refuses what is no log', async () => {
    const root = writeTree({ 'log.jsonl': 'hello\nworld\n' })
    await expect(readLog(join(root, 'log.jsonl'))).rejects.toThrow(/is not a log: none of its 2 lines/)
    await expect(readLog(join(root, 'none'))).rejects.toMatchObject({ code: 'io' })
    expect(() => LogWriter.open(join(root, 'none', 'log.jsonl'))).toThrow(/Cannot open/)
    writeFileSync(join(root, 'empty'), '')
    expect(await readLog(join(root, 'empty'))).toEqual([])
  })
})
