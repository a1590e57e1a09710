// What a person sees while `train` is at work, in a terminal and elsewhere.
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { commands } from '../src/cli/commands/index.js'
import { runProgram } from '../src/cli/program.js'
import { smallNetwork, suiteFolder } from './support/chiquito.js'
import { fakeSystem } from './support/fake-system.js'
import { writeTree } from './support/files.js'
import { drawings } from './support/photos.js'

const folder = suiteFolder()
const photos = path.join(folder, 'photos')

beforeAll(async () => {
  writeTree({ ...(await drawings('ball', 'ball', 14)), ...(await drawings('wave', 'wave', 14)) }, photos)
})

/** Standard error of a training, on a terminal of 80 columns or none. */
async function told(terminal: boolean, ...more: string[]): Promise<string> {
  const system = fakeSystem({ terminal })
  const out = path.join(folder, `run ${terminal}`)
  const args = ['train', photos, '--out', out, '--no-cache', '--threads', '1', ...more]
  expect(await runProgram(args, commands, system), system.stderr.text()).toBe(0)
  return system.stderr.text()
}

describe('progress of train', () => {
  it('says in lines how long all takes as soon as that is known, however short it is', async () => {
    const lines = (await told(false, '--fine-tune', 'never')).split('\n')
    const first = lines.findIndex(line => /^(About \d.* to go|Almost done)\.$/.test(line))
    expect(first).toBeGreaterThan(0)
    expect(first).toBeLessThan(lines.findIndex(line => line.startsWith('writing the report')))
  })

  it('keeps to its columns on a terminal, whatever a task is called', async () => {
    const text = await told(
      true,
      ...['--backbone', smallNetwork, '--size', '32', '--fine-tune', 'always', '--epochs', '1'],
    )
    const ended = Array.from(text.matchAll(/✓ ([^\r\n]*)/g), ([, line]) => line)
    expect(ended.filter(line => line.includes('(tuned)')).length).toBeGreaterThan(2)
    for (const line of ended) {
      expect(line).toMatch(/^\S.{31} {2}\S.*s\)$/)
      expect(line.length).toBeLessThan(80)
    }
  })
})
