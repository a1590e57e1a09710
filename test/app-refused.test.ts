// What `chiquito app` does not do.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { chiquito, suiteFolder } from './support/chiquito.js'

describe('chiquito app', () => {
  const folder = suiteFolder()

  it('writes over nothing that is not its own', async () => {
    const out = path.join(folder, 'mine')
    mkdirSync(out)
    writeFileSync(path.join(out, 'letter.txt'), 'x')
    const model = path.join(folder, 'model.onnx')
    writeFileSync(model, 'x')
    const refused = await chiquito(['app', model, '--out', out])
    expect(refused.stderr).toContain('holds other things, such as "letter.txt"')
    expect(refused.status).toBe(2)
    expect(readdirSync(out)).toEqual(['letter.txt'])
  })

  it.each([
    [['--base', 'photos'], /--base must be the path of a folder on the host/],
    [['--base', '/../x/'], /--base must be/],
    [['--yes', ' '], /--yes must be 1 to 80 letters/],
    [['--precision', 'int8'], /--precision/],
  ])('refuses %j', async (args, message) => {
    const refused = await chiquito([
      'app',
      path.join(folder, 'none.onnx'),
      '--out',
      path.join(folder, 'x'),
      ...args,
    ])
    expect(refused.stderr).toMatch(message)
    expect(refused.status).toBe(2)
  })
})
