import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { programFile } from './support/chiquito.js'

const root = path.dirname(import.meta.dirname)

function chiquito(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [programFile, ...args], {
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

it('says its version', () => {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  for (const flag of ['--version', '-V'])
    expect(chiquito(flag)).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' })
})

it('helps', () => {
  const told = chiquito('--help')
  expect(told).toMatchObject({ status: 0, stderr: '' })
  const [usage, commands, examples] = told.stdout.split(/^(?:Commands|Examples):$/m)
  expect(usage).toContain('Usage: chiquito')
  const known = [...commands.matchAll(/^ {2}(\S+)/gm)].map(([, name]) => name)
  const shown = [...examples.matchAll(/^ {2}chiquito (\S+)/gm)].map(([, name]) => name)
  expect(shown).toContain('train')
  expect(shown.filter(name => !known.includes(name))).toEqual([])
})

it('tells wrong usage apart from failure', () => {
  const told = chiquito('fly', '--json')
  expect(told.status).toBe(2)
  expect(told.stderr).toContain("chiquito: unknown command 'fly'")
  expect(JSON.parse(told.stdout)).toMatchObject({ error: { code: 'usage' } })
})

describe('--json leaves one document on standard output', () => {
  it.each([
    'train --json',
    'train nowhere --out nowhere/run --json',
    'train nowhere --out --json',
    'predict --json',
    'predict nowhere photo.jpg --json',
    'evaluate --json',
    'evaluate nowhere --json',
    'find-rate --json',
    'find-rate nowhere --plot nowhere/curve.svg --json',
    'demo --dataset another --json',
    'backbones more --json',
    'backbones --json',
    'help fly --json',
    '--json',
  ])('%s', line => {
    const { status, stdout, stderr } = chiquito(...line.split(' '))
    const [document, ...more] = stdout.split('\n')
    expect(more, stderr).toEqual([''])
    expect(Object.keys(JSON.parse(document))).toEqual([status === 0 ? 'backbones' : 'error'])
  })

  /** Runs a command that sends itself SIGINT as soon as it listens, or has just ceased to listen with what it did so far. */
  function stopped(event: 'newListener' | 'removeListener') {
    const preload = `
      const stop = () => process.kill(process.pid, 'SIGINT')
      const hear = name => {
        if (name !== 'SIGINT') return
        process.off('${event}', hear)
        ${event === 'newListener' ? 'process.nextTick(stop)' : 'stop()'}
      }
      process.on('${event}', hear)`
    return spawnSync(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(preload)}`, programFile, 'backbones', '--json'],
      { encoding: 'utf8' },
    )
  }

  it('also where Ctrl-C comes while the program is still being loaded', () => {
    const { status, stdout } = stopped('newListener')
    expect({ status, stdout }).toEqual({
      status: 130,
      stdout: '{"error":{"code":"interrupted","message":"Interrupted."}}\n',
    })
  })

  it('also where it comes as the program has just been loaded, be it too late to stop anything', () => {
    const { signal, stdout } = stopped('removeListener')
    expect(signal).toBeNull()
    expect(JSON.parse(stdout)).toBeTypeOf('object')
  })
})
