import { expect, it } from 'vitest'
import { fakeSystem } from '../../../test/support/fake-system.js'
import { runProgram } from '../program.js'
import { commands } from './index.js'

async function help(...args: string[]): Promise<string> {
  const system = fakeSystem()
  expect(await runProgram([...args, '--help'], commands, system)).toBe(0)
  expect(system.stderr.text()).toBe('')
  return system.stdout.text()
}

it('every command has a description, help and an example of itself', async () => {
  const listed = (await help()).split('Commands:\n')[1].matchAll(/^ {2}([a-z-]+).* {2}(\S.*)$/gm)
  const names = [...listed].map(([, name]) => name).filter(name => name !== 'help')
  expect(names).toHaveLength(commands.length)
  for (const name of names)
    expect(await help(name)).toMatch(new RegExp(`Examples:\n(  .*\n)*  .*chiquito ${name}`))
})
