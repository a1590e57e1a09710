import { describe, expect, it } from 'vitest'
import { fakeSystem } from '../../test/support/fake-system.js'
import { ChiquitoError } from '../core/index.js'
import { printable, printError, printOutcome } from './output.js'

const outcome = { json: { accuracy: 0.5, labels: ['a'] }, text: 'Half of them.\n\n' }

describe('results', () => {
  it('are one JSON document on one line, or text', async () => {
    const system = fakeSystem()
    await printOutcome(outcome, true, system.stdout)
    expect(system.stdout.text()).toBe('{"accuracy":0.5,"labels":["a"]}\n')
    const other = fakeSystem()
    await printOutcome(outcome, false, other.stdout)
    expect(other.stdout.text()).toBe('Half of them.\n')
  })

  it('of sentences and tables are broken between words where a terminal is narrower, tables left alone', async () => {
    const sentence = 'All of them are what they were before.'
    const prose = { ...outcome, isProse: true, text: `${sentence}\n  one        two     three    four` }
    const shown = async (terminal: { isTTY?: boolean; columns?: number }, given: typeof outcome = prose) => {
      const { stdout } = fakeSystem()
      await printOutcome(given, false, Object.assign(stdout, terminal))
      return stdout.text()
    }
    expect(await shown({ isTTY: true, columns: 16 })).toBe(
      'All of them are\nwhat they were\nbefore.\n  one        two     three    four\n',
    )
    expect(await shown({ isTTY: true, columns: 38 })).toBe(`${prose.text}\n`)
    expect(await shown({})).toBe(`${prose.text}\n`)
    expect(await shown({ isTTY: true, columns: 16 }, { ...outcome, text: sentence })).toBe(`${sentence}\n`)
  })

  it('are not silently lost', async () => {
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC', syscall: 'write' })
    const system = fakeSystem({ stdoutFails: full })
    system.stdout.on('error', () => {})
    await expect(printOutcome(outcome, true, system.stdout)).rejects.toThrow(
      'Cannot write the result to standard output: no space left on device',
    )
  })
})

describe('errors', () => {
  const tell = async (
    error: unknown,
    options: { json?: boolean; env?: Record<string, string>; hint?: string } = {},
  ) => {
    const system = { ...fakeSystem(), env: options.env ?? {} }
    const code = await printError(error, {
      system,
      json: options.json ?? false,
      version: '1.2.3',
      hint: options.hint,
    })
    return { code, stdout: system.stdout.text(), stderr: system.stderr.text() }
  }

  it('have exit codes by kind', async () => {
    const codes = ['usage', 'interrupted', 'data', 'io', 'model'] as const
    const told = await Promise.all(codes.map(code => tell(new ChiquitoError(code, 'No.'))))
    expect(told.map(({ code }) => code)).toEqual([2, 130, 1, 1, 1])
    expect(told.map(({ stdout, stderr }) => stdout + stderr)).toEqual(codes.map(() => 'chiquito: No.\n'))
  })

  it('point to the help where the usage was wrong', async () => {
    const hint = '"chiquito train --help" says what there is.'
    expect((await tell(new ChiquitoError('usage', 'No.'), { hint })).stderr).toBe(`chiquito: No.\n${hint}\n`)
    expect((await tell(new ChiquitoError('data', 'No.'), { hint })).stderr).toBe('chiquito: No.\n')
  })

  it('are a JSON document too where one was asked for', async () => {
    const told = await tell(new ChiquitoError('data', 'Empty.'), { json: true })
    expect(told).toEqual({
      code: 1,
      stdout: '{"error":{"code":"data","message":"Empty."}}\n',
      stderr: 'chiquito: Empty.\n',
    })
  })

  it('nobody expected ask to be reported, and show their stack only on demand', async () => {
    const mistake = new TypeError('x is undefined')
    const told = await tell(mistake)
    expect(told.code).toBe(1)
    expect(told.stderr).toContain('unexpected error: x is undefined\nThis is a mistake in chiquito 1.2.3.')
    expect(told.stderr).not.toContain('output.test.ts')
    expect((await tell(mistake, { env: { CHIQUITO_DEBUG: '1' } })).stderr).toContain('output.test.ts')
    expect((await tell(mistake, { json: true })).stdout).toContain('"code":"unexpected"')
    expect((await tell('a string')).stderr).toContain('unexpected error: a string')
  })

  it('of the operating system are not ours', async () => {
    const refused = Object.assign(new Error('EACCES: permission denied, open "x"'), {
      code: 'EACCES',
      syscall: 'open',
    })
    expect(await tell(refused)).toMatchObject({ code: 1, stderr: `chiquito: ${refused.message}\n` })
  })

  it('stay silent when the reader of our output went away', async () => {
    const closed = Object.assign(new Error('EPIPE'), { code: 'EPIPE', syscall: 'write' })
    expect(await tell(closed, { json: true })).toEqual({ code: 141, stdout: '', stderr: '' })
  })
})

it('shows no control characters', () => {
  expect(printable('a\x1b[31mb\r\x07c\x9bd\ne\tf ñ 🍎')).toBe('a\ufffd[31mb\ufffd\ufffdc\ufffdd\ne\tf ñ 🍎')
})
