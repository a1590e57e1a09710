import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findPython } from '../bench/support/python.js'
import { type CorpusReport, checkCorpus } from './onnx-corpus.js'

const found = findPython()
const python = found && spawnSync(found, ['-c', 'import onnx']).status === 0 ? found : undefined
const why = python ? '' : ' (skipped: no Python with onnx, neither CHIQUITO_PYTHON nor .venv)'

describe.skipIf(!python)(`public ONNX files${why}`, () => {
  let folder = ''
  let written = ''
  let report: CorpusReport

  const script = (name: string, ...args: string[]) =>
    execFileSync(python ?? '', [path.join(import.meta.dirname, 'fixtures', name), ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'onnx-corpus-'))
    written = path.join(folder, 'written')
    script('onnx_corpus.py', folder)
    await mkdir(written)
    report = await checkCorpus(folder, written)
    const { files, read, same, ran, sameResults, upgraded, sameUpgraded, dims } = report
    process.stderr.write(
      `${read} of ${files} files read, ${same} the same after writing; ${sameResults} of ${ran} give the same ` +
        `results, ${sameUpgraded} of ${upgraded} also in our operator set; ` +
        `${dims.agree} of ${dims.both} inferred dimensions agree with ONNX's\n`,
    )
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('are there', () => {
    expect(report.read).toBeGreaterThan(1000)
    expect(report.ran).toBeGreaterThan(1000)
    expect(report.upgraded).toBeGreaterThan(700)
    expect(report.dims.both).toBeGreaterThan(10_000)
  })

  it('survive reading and writing, with equal results, in their operator set and in ours', () => {
    expect(report.problems).toEqual([])
    expect(report).toMatchObject({
      same: report.read,
      sameResults: report.ran,
      sameUpgraded: report.upgraded,
    })
  })

  it('are refused only for types, old operator sets and operators that we do not hold', () => {
    const expected =
      /^(of type \w+|is a model for tables|is in operator set [1-6]|\(\w+\) cannot be brought)$/
    expect(Object.keys(report.refused).filter(reason => !expected.test(reason))).toEqual([])
  })

  it('have the shapes that ONNX infers', () => {
    expect(report.dims.agree).toBe(report.dims.both)
  })

  it('satisfy the ONNX checker as we write them', () => {
    expect(JSON.parse(script('onnx_check.py', written, folder))).toEqual({ files: report.read, refused: {} })
  })
})
