import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'

const root = path.dirname(import.meta.dirname)

/** The built command line, as `npm test` leaves it. */
function chiquito(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(root, 'dist/cli/main.js'), ...args],
    {
      encoding: 'utf8',
    },
  )
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
  expect(told.stdout).toContain('Usage: chiquito')
})

it('tells wrong usage apart from failure', () => {
  const told = chiquito('fly', '--json')
  expect(told.status).toBe(2)
  expect(told.stderr).toContain("chiquito: unknown command 'fly'")
  expect(JSON.parse(told.stdout)).toMatchObject({ error: { code: 'usage' } })
})
