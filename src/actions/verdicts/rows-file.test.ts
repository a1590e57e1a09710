import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { rowLine } from './row.js'
import { RowsFile } from './rows-file.js'
import { Tally } from './tally.js'

const folder = mkdtempSync(path.join(tmpdir(), 'chiquito-rows-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const verdict = JSON.stringify({ label: 'é', probabilities: [1], known: null, abstained: false })
const rowsFrom = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => rowLine(`${from + i}.jpg`, null, verdict)).join('')

/** What stays of a file, and how many rows are counted. */
async function opened(bytes: Uint8Array | string, total = 10) {
  const file = path.join(folder, 'rows.jsonl')
  writeFileSync(file, bytes)
  const tally = new Tally(['é'])
  const rows = await RowsFile.open(file, { shard: 4, total, tally })
  await rows.close()
  return { text: readFileSync(file, 'utf8'), count: rows.count, counted: tally.counts.é }
}

describe('rows of an earlier start', () => {
  const torn: [string, Uint8Array | string, number][] = [
    ['that are whole', rowsFrom(0, 8), 8],
    ['that are all there are, in a smaller shard at the end', rowsFrom(0, 10), 10],
    ['that end within a shard', rowsFrom(0, 7), 4],
    ['that end within a row', rowsFrom(0, 8).slice(0, -5), 4],
    [
      'that end within a letter',
      Buffer.from(rowsFrom(0, 8)).subarray(0, Buffer.from(rowsFrom(0, 8)).lastIndexOf(0xa9)),
      4,
    ],
    ['with the beginning of one', `${rowsFrom(0, 8)}{"path":"30.p`, 8],
    ['with zeros behind them', Buffer.concat([Buffer.from(rowsFrom(0, 8)), Buffer.alloc(5000)]), 8],
    [
      'with zeros among them',
      Buffer.concat([Buffer.from(rowsFrom(0, 6)), Buffer.alloc(50), Buffer.from(rowsFrom(6, 10))]),
      4,
    ],
    ['with another line among them', `${rowsFrom(0, 8)}no row\n${rowsFrom(8, 10)}`, 8],
    ['that are too many', rowsFrom(0, 14), 10],
    ['of which there are none', '', 0],
  ]
  it.each(torn)('%s are kept in whole shards', async (_, bytes, stay) => {
    expect(await opened(bytes)).toEqual({ text: rowsFrom(0, stay), count: stay, counted: stay })
  })
})
