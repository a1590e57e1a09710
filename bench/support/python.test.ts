import { afterEach, describe, expect, it, vi } from 'vitest'
import { checkoutRoot } from './process.js'
import { findPython, startPython } from './python.js'
import { median, row } from './result.js'

afterEach(() => vi.unstubAllEnvs())

describe('the Python side', () => {
  it('is the one given by CHIQUITO_PYTHON', () => {
    vi.stubEnv('CHIQUITO_PYTHON', '/some/python')
    expect(findPython()).toBe('/some/python')
  })

  it('is skipped, saying why, where its Python cannot be started', async () => {
    vi.stubEnv('CHIQUITO_PYTHON', '/nowhere/python')
    const started = await startPython('features.py')
    expect(started).toEqual({ skipped: expect.stringMatching(/features\.py ended: .*ENOENT/) })
  })

  it('is skipped with the last words of a script that ends instead of answering', async () => {
    // Any program that is not Python will do: this one cannot read a Python script.
    vi.stubEnv('CHIQUITO_PYTHON', process.execPath)
    const started = await startPython('features.py')
    expect(started).toEqual({
      skipped: expect.stringMatching(
        /^bench\/python\/features\.py ended: TypeError.*: Unknown file extension/,
      ),
    })
  })

  it('finds the checkout it is in', () => {
    expect(checkoutRoot()).toBe(process.cwd())
  })
})

describe('results', () => {
  it('are medians and their ratio, ours over theirs', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 3])).toBe(2.5)
    expect(row('x', 's', [1, 3, 2], [4, 4, 4])).toEqual({
      what: 'x',
      unit: 's',
      ours: 2,
      theirs: 4,
      ratio: 0.5,
    })
  })
})
