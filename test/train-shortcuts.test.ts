// What tells the classes apart by their files alone is said wherever a person may read of the model.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { TrainResult } from '../src/actions/train.js'
import { readModelFile } from '../src/onnx/index.js'
import { parseModelMetadata } from '../src/run/index.js'
import { chiquito, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawings } from './support/photos.js'

const folder = suiteFolder()
const at = (...names: string[]) => path.join(folder, ...names)
const env = { CHIQUITO_CACHE: at('cache') }

async function trained(data: string, run: string) {
  const told = await chiquito(['train', data, '--out', at(run), '--fine-tune', 'never'], { env })
  expect(told.status, told.stderr).toBe(0)
  const file = at(run, 'model.onnx')
  const { metadata } = await readModelFile(file)
  return {
    result: JSON.parse(readFileSync(at(run, 'metrics.json'), 'utf8')) as TrainResult,
    summary: told.stdout,
    metadata: parseModelMetadata(metadata, file),
    report: readFileSync(at(run, 'report.html'), 'utf8'),
  }
}

describe('train', () => {
  it('says that the format gives the classes away: in the terminal, the report, JSON and the model', async () => {
    const photos = {
      ...(await drawings('first', 'ball', 14)),
      ...(await drawings('second', 'ball', 14, { from: 100, format: 'webp' })),
    }
    const { result, summary, metadata, report } = await trained(writeTree(photos, at('told')), 'told-run')
    const line =
      /^! .*alone tells the classes apart \(AUC 1\.00\).*file format \(1\.00\).*instead of the subject\.$/m
    expect(summary).toMatch(line)
    expect(summary.match(/^! .*tells the classes apart/gm)).toHaveLength(1)
    const [strongest] = result.shortcuts
    expect(strongest).toEqual({
      property: expect.any(String),
      class: 'first',
      auc: 1,
      interval: [expect.any(Number), 1],
      stands: true,
    })
    expect(result.shortcuts.map(({ property }) => property)).toContain('format')
    expect(report).toContain('<h2 id="shortcuts-title">Shortcuts</h2>')
    expect(report).toContain('alone tells the classes apart (AUC 1.00)')
    expect(metadata.shortcuts?.map(({ property }) => property)).toContain('format')
    for (const { auc } of metadata.shortcuts ?? []) expect(auc).toBeGreaterThanOrEqual(0.75)
  })

  it('says nothing where files are alike', async () => {
    const photos = {
      ...(await drawings('first', 'ball', 24)),
      ...(await drawings('second', 'ball', 24, { from: 100 })),
    }
    const { result, summary, metadata, report } = await trained(writeTree(photos, at('alike')), 'alike-run')
    expect(summary).not.toMatch(/subject/)
    expect(result.shortcuts.length).toBeGreaterThan(0)
    expect(report).toContain('None stands out.')
    expect(metadata.shortcuts).toBeUndefined()
  })
})
